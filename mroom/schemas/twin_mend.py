"""`mroom twin mend`: what is broken now."""

from __future__ import annotations

from mroom.schemas.base import Part
from mroom.schemas.rows import Broken


class Document(Part):
    faults: list[Broken]
