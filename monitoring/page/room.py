"""The room as the page knows it from the model alone: names, what is drawn where, which port is which line's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from inventory import place
from inventory.cabling import building_of
from inventory.model import Element, Line, Site, System
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import pair_id, pairs, port

DRAWN = (
    "buildings", "rooms", "racks", "devices", "hosts", "pdus", "utilities", "generators", "ats", "ups", "coolers",
    "lines",
)  # fmt: skip
"""Collections whose elements have a shape of their own in the pictures; anything else shows by what it stands in."""
OUTSIDE = "outside"
"""The shape of everything that stands in no building of ours."""


@dataclass(frozen=True)
class Wire:
    """One line with the ports at its ends that can be asked: (device, port)."""

    line: Line
    ports: tuple[tuple[str, str], ...]


class Room:
    """A site on one day. Raises AlertsInvalid."""

    def __init__(self, site: Site, today: dt.date) -> None:
        self.site, self.today = site, today
        self.ground = Ground(site, today)

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """In the order in which they are restored; the neighbours last."""
        known = [one for one in self.site.systems.values() if not (one.retired and one.retired <= self.today)]
        return tuple(sorted(known, key=lambda one: (one.neighbour, one.priority or len(known))))

    @cached_property
    def pairs(self) -> dict[str, tuple[Wire, Wire]]:
        """The label `pair` → its two lines; those between the buildings first."""
        found = {pair_id(pair): (self._wire(pair[0]), self._wire(pair[1])) for pair in pairs(self.site)}
        order = ("inter-building", "outside")
        return dict(sorted(found.items(), key=lambda item: [item[1][0].line.kind.value != kind for kind in order]))

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """Every line in service."""
        return tuple(
            self._wire(line) for line in self.site.lines.values() if not (line.retired and line.retired <= self.today)
        )

    @cached_property
    def crossing(self) -> dict[str, tuple[str, str]]:
        """Line → the two places that it joins, of those that lead from one to another: these are drawn."""
        ends = {
            wire.line.id: tuple(building_of(self.site, end.device) or OUTSIDE for end in wire.line.ends)
            for wire in self.wires
        }
        return {id_: (min(two), max(two)) for id_, two in ends.items() if len(set(two)) > 1}

    @property
    def ports(self) -> frozenset[str]:
        return frozenset(name for wire in self.wires for _, name in wire.ports)

    def _wire(self, line: Line) -> Wire:
        return Wire(line, tuple((end.device, port(self.site, end.device, line.id)) for end in line.ends))

    def name(self, id_: str) -> dict[str, str]:
        """In both languages; the id where nothing is called so."""
        found = place.find(self.site, id_)
        if found:
            return {"ja": found[1].name.ja, "en": found[1].name.en}
        pair = self.pairs.get(id_)
        if pair:
            names = [wire.line.name for wire in pair]
            return {"ja": "・".join(one.ja for one in names), "en": " and ".join(one.en for one in names)}
        return {"ja": id_, "en": id_}

    def owner(self, id_: str) -> str | None:
        """Who answers for an element: an id of `owners`."""
        found = place.find(self.site, id_)
        return place.owner(self.site, *found) if found else None

    def nodes(self, element: str) -> tuple[str, ...]:
        """What an alert's label `element` is about."""
        return self._about.get(element, (element,))

    @cached_property
    def _about(self) -> dict[str, tuple[str, ...]]:
        return {subject.id: subject.nodes for _, subject in self.ground.made}

    def shapes(self, element: str) -> tuple[str, ...]:
        """The ids of the shapes that stand for an alert's element; none for what stands nowhere (a system)."""
        if place.find(self.site, element):
            return self._shape(element)
        return tuple(dict.fromkeys(shape for node in self.nodes(element) for shape in self._shape(node)))

    def _shape(self, id_: str) -> tuple[str, ...]:
        found = place.find(self.site, id_)
        if not found:
            return ()
        if found[0] == "lines" and id_ not in self.crossing:
            return tuple(shape for end in self.site.lines[id_].ends for shape in self._shape(end.device))
        if found[0] in DRAWN and not (found[0] == "devices" and building_of(self.site, id_) is None):
            return (id_,)
        lines = tuple(one.id for one in self.site.lines.values() if id_ in (*one.ducts, one.carrier))
        return lines or self._around(*found)

    def _around(self, collection: str, element: Element) -> tuple[str, ...]:
        """The nearest shape in which an element stands."""
        if collection in {"devices", "clients"}:
            return (building_of(self.site, element.id) or OUTSIDE,)
        around = (outer.id for kind, outer in place.chain(self.site, collection, element) if kind in DRAWN)
        return tuple(around)[:1]

    def gone(self, out: Iterable[str]) -> tuple[frozenset[str], dict[str, tuple[str, tuple[str, ...]]]]:
        """What goes down with elements that are out, and system → (how it fares, why); safe ones are left out."""
        nodes = tuple(sorted({node for element in out for node in self.nodes(element)}))
        lost, effects = self.ground.follows(nodes)
        return lost, {one.system: (one.state.value, one.why) for one in effects if one.why}
