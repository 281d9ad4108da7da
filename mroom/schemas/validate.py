"""`mroom validate`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mroom.schemas.base import Part
from mroom.schemas.rows import Accepted

Count = Annotated[int, Field(ge=0)]
Position = Annotated[int, Field(ge=1)]


class Counts(Part):
    buildings: Count
    devices: Count
    hosts: Count
    systems: Count
    elements: Count


class Problem(Part):
    file: str
    line: Position
    column: Position
    code: str
    message: str
    expected: str
    found: str
    hint: str


class Document(Part):
    site: str
    ok: bool
    counts: Counts
    errors: list[Problem]
    accepted: list[Accepted]
