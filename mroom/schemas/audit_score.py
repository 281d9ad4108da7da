"""`mroom audit score`: every item, its verdict, and the evidence that it stands on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mroom.schemas.base import Part, Sha256, When

Verdict = Literal["met", "unmet", "unknown", "not_applicable"]
Count = Annotated[int, Field(ge=0)]


class Room(Part):
    room: str
    verdict: Verdict
    why: str


class Evidence(Part):
    id: str
    kind: Literal["proof", "telemetry", "drill", "configuration", "attestation"]
    when: When
    sha256: Sha256


class Item(Part):
    id: str
    category: str
    title: str | dict[str, str]
    verdict: Verdict
    why: str
    rooms: list[Room]
    evidence: list[Evidence]


class Document(Part):
    catalogue: str
    official: bool
    declared: Count
    goal: Count
    met: Count
    unmet: Count
    unknown: Count
    not_applicable: Count
    items: list[Item]
