"""`mroom drill show`."""

from __future__ import annotations

from mroom.schemas.rows import Drill


class Document(Drill):
    hazard: str | list[str]
    steps: list[str | dict[str, object]]
    undo: list[str | dict[str, object]]
    abort_conditions: list[str | dict[str, object]]
