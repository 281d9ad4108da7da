"""`mroom audit import`: the items of the sheet, and what is wrong with its rows (row 0: the whole sheet)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mroom.schemas.base import Part


class Problem(Part):
    row: Annotated[int, Field(ge=0)]
    what: str


class Document(Part):
    catalogue: str
    items: list[dict[str, Any]]
    problems: list[Problem]
