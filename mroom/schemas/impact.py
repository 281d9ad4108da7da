"""`mroom impact`: what follows when elements are out, or the order in which to start again."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from mroom.schemas.base import Part


class System(Part):
    id: str
    state: Literal["safe", "degraded", "down"]
    why: list[str]
    back_by: Literal["automatic", "manual", "repair"]


class Impact(Part):
    out: list[str]
    lost: list[str]
    systems: list[System]


class Order(Part):
    order: list[list[str]]


class Document(RootModel[Impact | Order]):
    pass
