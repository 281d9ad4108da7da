"""Things that belong together stand together; buildings and rooms have what they need."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.kinds import said
from inventory.model import Element
from inventory.place import STANDS_IN, chain, owner
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

SAME_BUILDING = (
    ("ats", "sources", "utilities|generators"),
    ("ups", "source", "ats|utilities"),
    ("pdus", "source", "ups|ats"),
    ("coolers", "sources", "ats"),
    ("monitors", "pdu", "pdus"),
    ("sensors", "monitor", "monitors"),
    ("door_controllers", "pdu", "pdus"),
    ("doors", "controller", "door_controllers"),
    ("recorders", "pdu", "pdus"),
    ("cameras", "recorder", "recorders"),
    ("cameras", "pdu", "pdus"),
    ("consoles", "host", "hosts"),
    ("hosts", "lan", "lans"),
)
"""(collection, field, collections that the field names): both ends stand in one building."""


def _named(element: Element, field: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    value = getattr(element, field)
    if isinstance(value, tuple):
        yield from (((field, number), item) for number, item in enumerate(value))
    elif value:
        yield (field,), value


@rule("elsewhere")
def buildings(view: View) -> Iterator[Finding]:
    """What feeds, holds or records an object stands in the same building as the object."""
    for collection, field, targets in SAME_BUILDING:
        for _, element in view.elements(collection):
            here = view.building(collection, element.id)
            for path, named in _named(element, field):
                for target in targets.split("|"):
                    there = view.building(target, named)
                    if here and there and here != there:
                        yield Finding(
                            collection,
                            element.id,
                            path,
                            f"stands in {here}, its {said(target)} {named} in {there}",
                            f"a {said(target)} in {here}",
                            f"{named} in {there}",
                            "name one of the same building, or correct where it stands",
                        )


@rule("pdu-elsewhere")
def pdus(view: View) -> Iterator[Finding]:
    """A machine's cords end on PDUs of its own rack."""
    for collection, element in view.elements("devices", "hosts"):
        rack = getattr(element, "rack")  # noqa: B009 both classes have it, Element has not
        for number, cord in enumerate(getattr(element, "cords")):  # noqa: B009
            pdu = view.site.pdus.get(cord.pdu)
            if pdu and rack in view.site.racks and pdu.rack != rack:
                yield Finding(
                    collection,
                    element.id,
                    ("cords", number, "pdu"),
                    f"stands in rack {rack}, its PDU {pdu.id} in {pdu.rack}",
                    f"a PDU of {rack}",
                    f"{pdu.id} of {pdu.rack}",
                    "name a PDU of the same rack",
                )


@rule("room-elsewhere")
def rooms(view: View) -> Iterator[Finding]:
    """A rack's area and a room's coolers belong to the room."""
    for rack in view.site.racks.values():
        area = view.site.areas.get(rack.area) if rack.area else None
        if area and area.room != rack.room:
            yield Finding(
                "racks",
                rack.id,
                ("area",),
                f"stands in {rack.room}, its area {area.id} in {area.room}",
                f"an area of {rack.room}",
                f"{area.id} of {area.room}",
                "name an area of the same room",
            )
    for room in view.site.rooms.values():
        for number, name in enumerate(room.cooling.of if room.cooling else ()):
            cooler = view.site.coolers.get(name)
            if cooler and cooler.room != room.id:
                yield Finding(
                    "rooms",
                    room.id,
                    ("cooling", "of", number),
                    f"counts on {name}, which cools {cooler.room}",
                    f"a cooler of {room.id}",
                    f"{name} of {cooler.room}",
                    "name the room's own coolers",
                )


@rule("cooler-count")
def coolers(view: View) -> Iterator[Finding]:
    """A room does not need more coolers than it has."""
    for room in view.site.rooms.values():
        if room.cooling and room.cooling.any > len(set(room.cooling.of)):
            yield Finding(
                "rooms",
                room.id,
                ("cooling", "any"),
                "needs more coolers than it has",
                f"at most {len(set(room.cooling.of))}",
                str(room.cooling.any),
                "correct `any`, or list all coolers in `of`",
            )


@rule("uncooled", acceptable=True)
def cooling(view: View) -> Iterator[Finding]:
    """A room with racks says how it is cooled."""
    racked = {rack.room for rack in view.site.racks.values()}
    for room in view.site.rooms.values():
        if room.id in racked and not room.cooling:
            yield Finding(
                "rooms",
                room.id,
                ("cooling",),
                "has racks but no cooling",
                "cooling: {any, of}",
                "none",
                "add how many of which coolers must run",
            )


@rule("unowned")
def owners(view: View) -> Iterator[Finding]:
    """Somebody answers for every object: its owner, or that of the place that it stands in."""
    inside: dict[tuple[str, str], list[str]] = {}
    for collection, element in view.elements():
        if owner(view.every, collection, element):
            continue
        # the outermost place is told once: with an owner there, all in it have one
        kind, top = [(collection, element), *chain(view.every, collection, element)][-1]
        # a chain that ends in something unreadable says nothing about who owns it
        if not any(getattr(top, field) for field, _ in STANDS_IN.get(kind, ())):
            inside.setdefault((kind, top.id), []).append(element.id)
    for (collection, id_), ids in inside.items():
        others = len(set(ids) - {id_})
        yield Finding(
            collection,
            id_,
            ("owner",),
            "has nobody who answers for it",
            "an owner, its own or of the place around it",
            f"none, nor for {others} objects in it" if others else "none",
            "add `owner:` with a key of `owners:`",
        )


@rule("isolation-overdue", acceptable=True)
def isolation(view: View) -> Iterator[Finding]:
    """The base isolation of a building (免震) has been inspected when it was due."""
    for building in view.site.buildings.values():
        held = building.isolation
        if held and held.next_inspection <= held.inspected:
            yield Finding(
                "buildings",
                building.id,
                ("isolation", "next_inspection"),
                ": the next inspection is not after the last",
                f"a day after {held.inspected}",
                str(held.next_inspection),
                "correct one of the two days",
            )
        elif held and held.next_inspection < view.today:
            yield Finding(
                "buildings",
                building.id,
                ("isolation", "next_inspection"),
                ": the inspection of its base isolation is overdue",
                f"{view.today} or later",
                str(held.next_inspection),
                "have it inspected and record both days",
            )


@rule("moves-nowhere")
def moves(view: View) -> Iterator[Finding]:
    """What is planned to move goes to another building."""
    for collection, element in view.elements():
        here = view.building(collection, element.id)
        if element.moves_to and element.moves_to == here:
            yield Finding(
                collection,
                element.id,
                ("moves_to",),
                "is planned to move to where it is",
                "another building",
                here,
                "name where it goes, or delete `moves_to`",
            )
