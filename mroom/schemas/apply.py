"""`mroom apply`."""

from __future__ import annotations

from typing import Literal

from mroom.schemas.base import Part, Seconds


class Result(Part):
    object: str
    state: Literal["confirmed", "same", "restored", "skipped", "failed"]
    message: str


class Document(Part):
    change: str | None
    state: Literal["confirmed", "restored", "failed"]
    results: list[Result]
    seconds: Seconds
