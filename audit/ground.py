"""What verdicts stand on: the site and its graph, the journal, the papers, the metrics; and the moment of judging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import inventory
from audit.item import Scope
from audit.papers import Papers
from audit.prometheus import Prometheus
from bcp.proof.prove import Proof, prove
from inventory import place
from inventory.graph import Graph
from inventory.model import Device, Host, Room, Site
from journal import Entry


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything that a verdict may look at. `at` has a zone; nothing that is later counts."""

    site: Site
    graph: Graph
    at: dt.datetime
    entries: tuple[Entry, ...]
    """Of the journal, up to `at`."""
    papers: Papers
    state: Path
    prometheus: Prometheus | None = None
    edited: str | None = None
    """What is wrong with the journal: then nothing in it shows anything."""

    @cached_property
    def inventory_sha256(self) -> str:
        return inventory.digest(self.site)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.site.timezone)

    @property
    def when(self) -> str:
        """The moment as records write it."""
        return self.at.astimezone(self.zone).isoformat(timespec="seconds")

    @property
    def day(self) -> dt.date:
        return self.at.astimezone(self.zone).date()

    @cached_property
    def proof(self) -> Proof:
        """`mroom prove` at order 2. Raises ProofDisagrees."""
        return prove(self.site, self.graph, 2, self.day)

    @cached_property
    def _up(self) -> dict[frozenset[str], frozenset[str]]:
        return {}

    def up(self, out: Iterable[str] = ()) -> frozenset[str]:
        """What is up while these are out."""
        key = frozenset(out)
        if key not in self._up:
            self._up[key] = self.graph.up(key)
        return self._up[key]

    @cached_property
    def priority_systems(self) -> tuple[str, ...]:
        """The systems that are restored first, without neighbours and what is retired by then."""
        return tuple(
            system.id
            for system in self.site.systems.values()
            if not system.neighbour and not (system.retired and system.retired <= self.day)
        )

    def lost(self, out: Iterable[str], of: Iterable[str]) -> list[str]:
        """Those of `of` that are up now and not while these are out; what is out itself does not count."""
        gone = frozenset(out)
        return sorted((frozenset(of) & self.up()) - self.up(gone) - gone)

    def rooms(self, scope: Scope) -> tuple[Room, ...]:
        """The rooms that an item is judged for, in the order of the inventory."""
        chosen = {room.id for room in self.site.rooms.values() if room.machine_room}
        if scope is Scope.with_power_rooms:
            racks = {rack.id for rack in self.site.racks.values() if rack.room in chosen}
            sources = {pdu.source for pdu in self.site.pdus.values() if pdu.rack in racks}
            chosen |= {ups.room for ups in self.site.ups.values() if ups.id in sources}
        return tuple(room for room in self.site.rooms.values() if room.id in chosen)

    def machines(self, room: str) -> tuple[Device | Host, ...]:
        """Devices and hosts in the racks of a room that are in service."""
        racks = {rack.id for rack in self.site.racks.values() if rack.room == room}
        every: list[Device | Host] = [*self.site.devices.values(), *self.site.hosts.values()]
        return tuple(one for one in every if one.rack in racks and not (one.retired and one.retired <= self.day))

    def building_of(self, element: str) -> str | None:
        """The building that an element stands in; None for what stands nowhere."""
        found = place.find(self.site, element)
        return place.building(self.site, *found) if found else None


def age_days(when: str, at: dt.datetime) -> float:
    """Days from an RFC 3339 time until `at`."""
    return (at - dt.datetime.fromisoformat(when)).total_seconds() / 86400


def names(elements: Iterable[str], most: int = 6) -> str:
    """Ids as a reason lists them."""
    found = list(elements)
    more = f" … ({len(found)})" if len(found) > most else ""
    return ", ".join(found[:most]) + more
