"""The collections of a site: their names, the class of their elements, and the word for one of them."""

from __future__ import annotations

from functools import cache
from typing import get_args

from inventory.model import Element, Site


@cache
def collections() -> dict[str, type[Element]]:
    """Collection → class of its elements, in the order of the model."""
    return {name: get_args(field.annotation)[1] for name, field in Site.model_fields.items() if name != "site"}


_SINGULAR = {"utilities": "utility", "ats": "ats", "ups": "ups"}
_SAID = {"ats": "transfer switch", "ups": "UPS", "pdus": "PDU", "lans": "LAN"}


def word(collection: str) -> str:
    """The kind of one element, for programs: `racks` → `rack`, `door_controllers` → `door-controller`."""
    return _SINGULAR.get(collection) or collection.removesuffix("s").replace("_", "-")


def said(collection: str) -> str:
    """The same for people: `ups` → `UPS`, `door_controllers` → `door controller`."""
    return _SAID.get(collection) or word(collection).replace("-", " ")


def a(collection: str) -> str:
    """The same with its article: `a rack`, `an owner`."""
    name = said(collection)
    return f"{'an' if name[0] in 'aeo' else 'a'} {name}"
