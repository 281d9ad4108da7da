"""`mroom twin status`."""

from __future__ import annotations

from typing import Literal

from mroom.schemas.base import Part
from mroom.schemas.rows import Broken


class Node(Part):
    name: str
    kind: Literal["router", "switch", "host", "agent", "console", "client", "carrier", "noc"]
    building: str | None
    state: str


class Link(Part):
    name: str
    ends: tuple[str, str]
    state: str
    fault: str | None


class Adjacencies(Part):
    expected: int
    full: int


class Document(Part):
    up: bool
    nodes: list[Node]
    links: list[Link]
    adjacencies: Adjacencies
    faults: list[Broken]
