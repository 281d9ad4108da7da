"""Findings of the proof that somebody answers for: `accepted: {code, reason, by, until}` at the element."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inventory import cabling
from inventory.graph.facility import cooling
from inventory.graph.service import instance, members
from inventory.kinds import collections
from inventory.model import Accepted, Element, Site

SPOF, UNMAINTAINABLE, COLD_START = "spof", "unmaintainable", "cold-start"
"""The codes of what the proof can find."""


@dataclass(frozen=True)
class Exceptions:
    """The exceptions in force on a day, by code and element; a derived element has those of its origin."""

    found: dict[tuple[str, str], tuple[str, Accepted]]
    """To each, the element at which it is written, and the exception."""

    @classmethod
    def of(cls, site: Site, day: dt.date) -> Exceptions:
        found = {}
        for element in _elements(site):
            for accepted in element.accepted:
                if accepted.code in {SPOF, UNMAINTAINABLE, COLD_START} and accepted.until >= day:
                    for id_ in (element.id, *_derived(site, element.id)):
                        found[accepted.code, id_] = element.id, accepted
        return cls(found)

    def get(self, code: str, element: str) -> Accepted | None:
        return self.found[code, element][1] if (code, element) in self.found else None

    def unused(self, used: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Code and element of those that excuse nothing: the finding is gone, and so should the exception be."""
        needed = {(code, self.found[code, element][0]) for code, element in used}
        return sorted({(code, at) for (code, _), (at, _) in self.found.items()} - needed)


def _elements(site: Site) -> Iterator[Element]:
    for collection in collections():
        yield from getattr(site, collection).values()


def _derived(site: Site, id_: str) -> list[str]:
    """What the graph derives from an object, and for which nobody else can answer: its cables, cooling, instances."""
    found = [link.id for link in cabling.links(site) if link.lan and id_ == link.ends[0]]
    if id_ in site.rooms:
        found.append(cooling(site.rooms[id_]))
    if id_ in site.systems:
        found += [instance(site.systems[id_], building) for building in members(site, site.systems[id_])]
    return found
