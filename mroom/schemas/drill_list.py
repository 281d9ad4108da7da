"""`mroom drill list`."""

from __future__ import annotations

from mroom.schemas.base import Part
from mroom.schemas.rows import Drill


class Document(Part):
    drills: list[Drill]
