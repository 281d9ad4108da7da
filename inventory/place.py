"""Where an element stands and who answers for it, by the chain sensor → area → room → building.

Everything here tolerates an incomplete site (a reference that leads nowhere ends the chain), because the rules run on
whatever part of a broken inventory could be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from inventory.kinds import collections
from inventory.model import Element, Site

STANDS_IN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "rooms": (("building", "buildings"),),
    "areas": (("room", "rooms"),),
    "racks": (("room", "rooms"),),
    "utilities": (("building", "buildings"),),
    "generators": (("building", "buildings"),),
    "ats": (("building", "buildings"),),
    "ups": (("room", "rooms"),),
    "pdus": (("rack", "racks"),),
    "coolers": (("room", "rooms"),),
    "lans": (("building", "buildings"),),
    "devices": (("rack", "racks"), ("carrier", "carriers")),
    "hosts": (("rack", "racks"),),
    "clients": (("lan", "lans"),),
    "monitors": (("room", "rooms"),),
    "sensors": (("area", "areas"),),
    "door_controllers": (("room", "rooms"),),
    "doors": (("room", "rooms"),),
    "recorders": (("room", "rooms"),),
    "cameras": (("room", "rooms"),),
    "consoles": (("building", "buildings"),),
}
"""Collection → (field, collection that it names); the first set counts. Lines, ducts and systems stand nowhere."""


def parent(site: Site, collection: str, element: Element) -> tuple[str, Element] | None:
    """What an element stands in (or, for a carrier's device, whose it is)."""
    for field, target in STANDS_IN.get(collection, ()):
        name = getattr(element, field)
        if name is not None:
            found = getattr(site, target).get(name)
            return (target, found) if found is not None else None
    return None


def chain(site: Site, collection: str, element: Element) -> list[tuple[str, Element]]:
    """Everything that the element stands in, from the nearest outward, as (collection, element)."""
    found: list[tuple[str, Element]] = []
    step = parent(site, collection, element)
    while step is not None:
        found.append(step)
        step = parent(site, *step)
    return found


def building(site: Site, collection: str, element: Element) -> str | None:
    """The building that the element stands in; None for what stands nowhere or could not be followed."""
    if collection == "buildings":
        return element.id
    return next((place.id for kind, place in chain(site, collection, element) if kind == "buildings"), None)


def owner(site: Site, collection: str, element: Element) -> str | None:
    """Who answers for the element: its own owner, else that of the nearest place around it."""
    if collection == "owners":
        return element.id
    around = [element, *(place for _, place in chain(site, collection, element))]
    return next((place.owner for place in around if place.owner), None)


def find(site: Site, id_: str) -> tuple[str, Element] | None:
    """An element by its id alone (ids are unique over the whole site)."""
    for name in collections():
        element = getattr(site, name).get(id_)
        if element is not None:
            return name, element
    return None
