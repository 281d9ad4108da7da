"""What places, electricity, cooling, machines and watchers need."""

from __future__ import annotations

from collections.abc import Iterator

from inventory import cabling
from inventory.model import Device, Element, Host, Line, Room, Site

from .graph import Node
from .need import AtLeast, Need, some

_PARTS = {
    "rooms": ("building",),
    "areas": ("room",),
    "racks": ("room",),
    "utilities": ("building",),
    "generators": ("building",),
    "ups": ("room", "source"),
    "pdus": ("rack", "source"),
    "monitors": ("room", "pdu"),
    "sensors": ("area", "monitor"),
    "door_controllers": ("room", "pdu"),
    "doors": ("room", "controller"),
    "recorders": ("room", "pdu"),
    "cameras": ("room", "recorder", "pdu"),
    "consoles": ("building", "host"),
    "exchanges": ("source", "target"),
}
"""Collection → the fields whose elements an element of it needs, all of them."""

_FREE = ("buildings", "carriers", "ducts")
"""Collections whose elements need nothing."""


def cooling(room: Room) -> str:
    """The id of the derived element "this room is cool enough"."""
    return f"cooling-{room.id}"


def nodes(site: Site) -> Iterator[tuple[str, Element, tuple[Need, ...]]]:
    """Collection, element and needs of every object but the systems."""
    for collection in _FREE:
        for element in getattr(site, collection).values():
            yield collection, element, ()
    for collection, fields in _PARTS.items():
        for element in getattr(site, collection).values():
            yield collection, element, tuple(getattr(element, field) for field in fields)
    yield from _choosers(site)
    yield from _network(site)


def _choosers(site: Site) -> Iterator[tuple[str, Element, tuple[Need, ...]]]:
    """What feeds from any one of its sources."""
    for ats in site.ats.values():
        yield "ats", ats, (ats.building, some(*ats.sources))
    for cooler in site.coolers.values():
        yield "coolers", cooler, (cooler.room, some(*cooler.sources))


def _network(site: Site) -> Iterator[tuple[str, Element, tuple[Need, ...]]]:
    for line in site.lines.values():
        yield "lines", line, (*line.ducts, *_carrier(line))
    for device in site.devices.values():
        yield "devices", device, (*_machine(site, device), *_carrier(device))
    for host in site.hosts.values():
        yield "hosts", host, _machine(site, host)
    for client in site.clients.values():
        building = site.lans[client.lan].building
        yield "clients", client, (building,) if building else ()


def _carrier(element: Line | Device) -> tuple[Need, ...]:
    """A carrier is a common cause of all that it runs."""
    return (element.carrier,) if element.carrier else ()


def _machine(site: Site, machine: Device | Host) -> tuple[Need, ...]:
    if not machine.rack:
        return ()
    room = site.rooms[site.racks[machine.rack].room]
    needs: list[Need] = [machine.rack]
    if machine.cords:
        needs.append(some(*(cord.pdu for cord in machine.cords)))
    if room.cooling:
        needs.append(cooling(room))
    return tuple(needs)


def derived(site: Site) -> Iterator[Node]:
    """Cables and the cooling of rooms: not written in the YAML, but able to fail."""
    for link in cabling.links(site):
        if link.line is None:
            yield Node(link.id, "cable")
    for room in site.rooms.values():
        if room.cooling:
            yield Node(cooling(room), "cooling", (AtLeast(room.cooling.any, room.cooling.of),))
