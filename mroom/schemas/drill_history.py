"""`mroom drill history`."""

from __future__ import annotations

from mroom.schemas.base import Part
from mroom.schemas.rows import Run


class Document(Part):
    runs: list[Run]
