"""`mroom prove`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mroom.schemas.base import Part, Seconds, Sha256
from mroom.schemas.rows import Accepted


class System(Part):
    id: str
    cut_sets: list[list[str]]
    spof: list[str]


class Maintainable(Part):
    element: str
    ok: bool
    loses: list[str]


class Document(Part):
    order: Annotated[int, Field(ge=1)]
    method: str
    seconds: Seconds
    inventory_sha256: Sha256
    systems: list[System]
    maintainable: list[Maintainable]
    cold_start: list[list[str]]
    accepted: list[Accepted]
