"""The collections of a site: their names, the class of their elements, and the word for one of them."""

from __future__ import annotations

from functools import cache
from typing import get_args

from inventory.model import Element, Site


@cache
def collections() -> dict[str, type[Element]]:
    """Collection → class of its elements, in the order of the model."""
    return {name: get_args(field.annotation)[1] for name, field in Site.model_fields.items() if name != "site"}


_WORDS = {"utilities": "utility", "ats": "transfer switch", "ups": "UPS", "pdus": "PDU", "lans": "LAN"}


def word(collection: str) -> str:
    """The word for one element of a collection: `racks` → `rack`, `door_controllers` → `door controller`."""
    return _WORDS.get(collection) or collection.removesuffix("s").replace("_", " ")


def a(collection: str) -> str:
    """The same with its article: `a rack`, `an owner`."""
    name = word(collection)
    return f"{'an' if name[0] in 'aeo' else 'a'} {name}"
