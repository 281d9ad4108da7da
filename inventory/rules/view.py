"""What the rules look at: the part of a site that could be read, and what is known of the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address

from inventory import place
from inventory.kinds import collections
from inventory.model import Element, Settings, Site, System


@dataclass
class View:
    """A site that may be incomplete.

    A rule asks with `.get()` and says nothing when the answer is None: what is missing has been reported by whoever
    missed it first.
    """

    every: Site
    """Only elements that are valid; `every.site` is None when the settings are not."""
    settings: Settings | None
    today: dt.date
    declared: dict[str, frozenset[str]] = field(default_factory=dict)
    """Collection → every id that the files declare there, valid or not."""
    maybe: frozenset[str] = frozenset()
    """Ids in files that could not be read to their end."""
    complete: bool = True
    doubtful: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(collection, id) → fields that were left out because their value is wrong."""

    @cached_property
    def site(self) -> Site:
        """The same without what is retired: an address, say, is free again for what takes its place."""
        serving: dict[str, dict[str, Element]] = {name: {} for name in collections()}
        for name, element in self.all_elements():
            if not self.retired(element):
                serving[name][element.id] = element
        return Site.model_construct(None, site=self.settings, **serving)

    @cached_property
    def index(self) -> dict[str, tuple[str, Element]]:
        """Id → (collection, element) of everything valid; the first where an id stands twice."""
        found: dict[str, tuple[str, Element]] = {}
        for name, element in self.all_elements():
            found.setdefault(element.id, (name, element))
        return found

    @cached_property
    def _buildings(self) -> dict[tuple[str, str], str | None]:
        return {(name, e.id): place.building(self.every, name, e) for name, e in self.all_elements()}

    def elements(self, *names: str) -> Iterator[tuple[str, Element]]:
        """Every valid element in service as (collection, element), of the collections named or of all."""
        for name in names or collections():
            for element in getattr(self.site, name).values():
                yield name, element

    def all_elements(self) -> Iterator[tuple[str, Element]]:
        """Every valid element as (collection, element), what is retired included."""
        for name in collections():
            for element in getattr(self.every, name).values():
                yield name, element

    def building(self, collection: str, id_: str | None) -> str | None:
        """The building that an element stands in; None when it stands nowhere or that is not known."""
        return self._buildings.get((collection, id_)) if id_ is not None else None

    def node_building(self, id_: str) -> str | None:
        """The building of a device, host or client."""
        for name in ("devices", "hosts", "clients"):
            if id_ in getattr(self.every, name):
                return self.building(name, id_)
        return None

    def seven(self) -> list[System]:
        """The priority systems: all but the neighbours."""
        unsure = {id_ for (_, id_), fields in self.doubtful.items() if "neighbour" in fields}
        return [system for system in self.site.systems.values() if not system.neighbour and system.id not in unsure]

    def retired(self, element: Element) -> bool:
        return element.retired is not None and element.retired <= self.today

    @cached_property
    def management_zones(self) -> frozenset[str]:
        """The zones in which the NOC nodes stand, from where everything is watched; never one of the three tiers."""
        lans = [self.site.lans.get(host.lan) for host in self.site.hosts.values() if host.kind == "noc"]
        tiers = {zone.id for zone in self.site.zones.values() if zone.tier}
        homes = frozenset(lan.zone for lan in lans if lan) - tiers
        return homes or frozenset({"management"} & set(self.site.zones))

    def lan_of(self, address: IPv4Address) -> str | None:
        """The LAN in whose prefix an address lies."""
        return next((lan for lan, (low, high) in self._spans.items() if low <= int(address) <= high), None)

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        prefixes = {lan.id: lan.prefix for lan in self.site.lans.values()}
        return {name: (int(p.network_address), int(p.broadcast_address)) for name, p in prefixes.items()}
