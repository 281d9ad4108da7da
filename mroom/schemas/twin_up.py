"""`mroom twin up`."""

from __future__ import annotations

from mroom.schemas.base import Part, Seconds


class Document(Part):
    nodes: int
    links: int
    seconds: Seconds
