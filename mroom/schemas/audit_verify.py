"""`mroom audit verify`: whether a bundle is as it was signed, and each thing that is not."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mroom.schemas.base import Part, Sha256


class Problem(Part):
    entry: str
    what: str


class Document(Part):
    ok: bool
    entries: Annotated[int, Field(ge=0)]
    head: Sha256 | None
    signed_by: str | None
    problems: list[Problem]
