"""`mroom freeze`."""

from __future__ import annotations

from mroom.schemas.base import Part, When


class Document(Part):
    frozen: bool
    since: When
    by: str
    reason: str
