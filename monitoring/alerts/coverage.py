"""Is every object of the inventory watched by an alert, and if not by one of its own, by whose?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inventory import place
from inventory.kinds import collections
from inventory.model import Element, Site
from monitoring.alerts.rules import Ground
from monitoring.alerts.runbook import missing

NO_THINGS = {
    "owners": "people do not fail",
    "zones": "a zone is a rule about its LANs, which `mroom check network` tests",
}
"""Collections without anything that could fail."""


@dataclass(frozen=True)
class Watched:
    """`alerts` name the object itself, or those `through` whom it shows. Neither: `reason`, or nobody watches it."""

    id: str
    alerts: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Alerts that cannot fire yet, since nobody emits their metrics."""
    through: tuple[str, ...] = ()
    reason: str = ""

    @property
    def ok(self) -> bool:
        return bool(self.alerts or self.waiting or self.reason)


def coverage(ground: Ground) -> list[Watched]:
    """One answer for each object that is in service, in the order of the inventory."""
    own: dict[str, list[str]] = {}
    waiting: dict[str, list[str]] = {}
    for alert, subject in ground.made:
        (waiting if missing(alert) else own).setdefault(subject.id, []).append(alert.id)
    found = []
    for collection in collections():
        for element in ground.room.elements(collection):
            id_ = element.id
            through = (
                () if id_ in own else tuple(one for one in _through(ground.site, collection, element) if one in own)
            )
            alerts = own.get(id_) or sorted({name for one in through for name in own[one]})
            found.append(
                Watched(id_, tuple(alerts), tuple(waiting.get(id_, ())), through, _reason(ground, collection, element))
            )
    return found


def _through(site: Site, collection: str, element: Element) -> Iterator[str]:
    """By whom an object shows that has no alert of its own."""
    if collection == "lans":
        yield site.lans[element.id].switch
    elif collection in {"ducts", "carriers"}:
        for line in site.lines.values():
            if element.id in (*line.ducts, line.carrier):
                yield line.id
        yield from (device.id for device in site.devices.values() if device.carrier == element.id)
    elif collection == "rooms":
        yield from (area.id for area in site.areas.values() if area.room == element.id)


def _reason(ground: Ground, collection: str, element: Element) -> str:
    if collection in NO_THINGS:
        return NO_THINGS[collection]
    building = place.building(ground.site, collection, element)
    if building and ground.site.buildings[building].witness and not getattr(element, "address", None):
        return "whoever runs the witness place watches it"
    return ""
