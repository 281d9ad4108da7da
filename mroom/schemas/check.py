"""`mroom check`."""

from __future__ import annotations

from mroom.schemas.base import Part
from mroom.schemas.rows import Check


class Document(Part):
    checks: list[Check]
    ok: bool
