"""`mroom plan`."""

from __future__ import annotations

from mroom.schemas.base import Part, Seconds, Sha256
from mroom.schemas.rows import Accepted, Difference, Refused, Step


class Document(Part):
    id: str
    inventory_sha256: Sha256
    changes: list[Difference]
    same: int
    redundancy: list[Step]
    refused: list[Refused]
    accepted: list[Accepted]
    seconds: Seconds
