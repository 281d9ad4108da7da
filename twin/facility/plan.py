"""From the inventory to what the agent of one building plays: plain data, written to the agent's node."""

from __future__ import annotations

from typing import Any

from inventory import place
from inventory.addresses import POLLED
from inventory.model import Element, Site
from inventory.model.power import Cord

MACHINE_WATTS = 400.0
"""What a device or host draws: ours, a typical 1U machine; the inventory does not measure them."""
NOMINAL_VOLTS = 200.0
"""Single phase at a Japanese machine room's outlets; the street gives the same here."""
HERTZ = 60.0
"""Western Japan."""


def plan(site: Site, agent: str) -> dict[str, Any]:
    """What the agent's building holds. Elements of other buildings are none of its business."""
    building = place.building(site, "hosts", site.hosts[agent])

    def here(collection: str) -> dict[str, Any]:
        every: dict[str, Element] = getattr(site, collection)
        return {name: one for name, one in every.items() if place.building(site, collection, one) == building}

    machines = _machines(site, here("devices") | here("hosts"))
    rooms = {name: {"watts": 0.0} for name in here("rooms")}
    for machine in machines.values():
        rooms[machine["room"]]["watts"] += machine["watts"]
    return {
        "building": building,
        "volts": NOMINAL_VOLTS,
        "hertz": HERTZ,
        "utilities": sorted(here("utilities")),
        "generators": {
            name: {key: getattr(one, key) for key in ("start_seconds", "tank_litres", "burn_litres_per_hour")}
            for name, one in here("generators").items()
        },
        "ats": {name: {"sources": list(one.sources)} for name, one in here("ats").items()},
        "ups": {
            name: {key: getattr(one, key) for key in ("source", "capacity_watts", "runtime_seconds")}
            for name, one in here("ups").items()
        },
        "pdus": {name: {"source": one.source} for name, one in here("pdus").items()},
        "coolers": {
            name: {"room": one.room, "sources": list(one.sources), "watts": 1000.0 * one.capacity_kilowatts}
            for name, one in here("coolers").items()
        },
        "rooms": rooms,
        "machines": machines,
        "sensors": {
            name: {
                "kind": one.kind.value,
                "area": one.area,
                "room": site.areas[one.area].room,
                "monitor": one.monitor,
                "name": one.name.en,
            }
            for name, one in here("sensors").items()
        },
        "agents": _agents(here),
    }


def _machines(site: Site, standing: dict[str, Any]) -> dict[str, Any]:
    cords: dict[str, tuple[Cord, ...]] = {name: one.cords for name, one in standing.items() if one.rack}
    return {
        name: {
            "room": site.racks[standing[name].rack].room,
            "pdus": [cord.pdu for cord in plugs],
            "watts": MACHINE_WATTS,
        }
        for name, plugs in cords.items()
    }


def _agents(here: Any) -> dict[str, Any]:
    """Element -> its kind and address, for all that answer SNMP."""
    return {
        name: {"kind": kind, "address": str(one.address), "name": one.name.en}
        for kind in POLLED
        for name, one in here(kind).items()
        if one.address
    }
