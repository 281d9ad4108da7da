"""`mroom show`: the list of all elements, or one of them."""

from __future__ import annotations

from typing import Any

from pydantic import RootModel

from mroom.schemas.base import Part


class Row(Part):
    id: str
    kind: str


class Elements(Part):
    elements: list[Row]


class Address(Part):
    address: str


class Element(Part):
    id: str
    kind: str
    place: dict[str, str]
    owner: str | None
    needs: list[Any]
    """In the notation of `Graph.from_dict`: an id, {"any", "of"} or {"path"}."""
    dependents: list[str]
    addresses: list[Address]


class Document(RootModel[Elements | Element]):
    pass
