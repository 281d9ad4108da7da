"""`mroom changes`."""

from __future__ import annotations

from mroom.schemas.base import Part, When


class Change(Part):
    id: str
    when: When
    author: str
    approver: str | None
    objects: list[str]
    state: str


class Document(Part):
    changes: list[Change]
