"""`mroom drill recover`."""

from __future__ import annotations

from mroom.schemas.base import Part


class Recovered(Part):
    run: str
    undone: list[str]
    restored: bool


class Document(Part):
    runs: list[Recovered]
