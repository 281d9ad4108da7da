"""Electricity: two cords on two UPSs, outlets that exist and are free, fuel for the hours required."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Device, Host
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

TWO = 2


def _corded(view: View) -> Iterator[tuple[str, Device | Host]]:
    """Everything in a rack; what belongs to a carrier has no rack and is not ours to feed."""
    yield from (("devices", device) for device in view.site.devices.values() if device.rack)
    yield from (("hosts", host) for host in view.site.hosts.values())


@rule("single-cord", acceptable=True)
def cords(view: View) -> Iterator[Finding]:
    """What stands in a rack has two power cords."""
    for collection, element in _corded(view):
        if len(element.cords) < TWO:
            yield Finding(
                collection,
                element.id,
                ("cords",),
                "has fewer than two power cords",
                "two cords, on PDUs of two UPSs",
                f"{len(element.cords) or 'no'} cord{'s' * (not element.cords)}",
                "add the other cord, or have the risk accepted",
            )


@rule("cords-share-ups", acceptable=True)
def one_ups(view: View) -> Iterator[Finding]:
    """The cords of one machine end on different UPSs."""
    for collection, element in _corded(view):
        sources = [pdu.source for cord in element.cords if (pdu := view.site.pdus.get(cord.pdu))]
        if len(sources) == len(element.cords) >= TWO and len(set(sources)) == 1:
            pdus = ", ".join(dict.fromkeys(cord.pdu for cord in element.cords))
            yield Finding(
                collection,
                element.id,
                ("cords", 1, "pdu"),
                f": all cords end on {sources[0]}",
                "cords on PDUs of two UPSs",
                f"{pdus}, fed by {sources[0]}",
                "move one cord to a PDU that another UPS feeds",
            )


@rule("outlet-taken")
def taken(view: View) -> Iterator[Finding]:
    """An outlet holds one plug."""
    first: dict[tuple[str, int], str] = {}
    for collection, element in _corded(view):
        for number, cord in enumerate(element.cords):
            where = f"{collection}.{element.id}"
            before = first.setdefault((cord.pdu, cord.outlet), where)
            if before != where or number != _first(element, cord.pdu, cord.outlet):
                yield Finding(
                    collection,
                    element.id,
                    ("cords", number, "outlet"),
                    f": outlet {cord.outlet} of {cord.pdu} is taken by {before}",
                    "a free outlet",
                    f"outlet {cord.outlet}",
                    "plug it into another outlet",
                )


def _first(element: Device | Host, pdu: str, outlet: int) -> int:
    return next(i for i, cord in enumerate(element.cords) if (cord.pdu, cord.outlet) == (pdu, outlet))


@rule("outlet-missing")
def exists(view: View) -> Iterator[Finding]:
    """An outlet exists on its PDU."""
    for collection, element in _corded(view):
        for number, cord in enumerate(element.cords):
            pdu = view.site.pdus.get(cord.pdu)
            if pdu and cord.outlet > pdu.outlets:
                yield Finding(
                    collection,
                    element.id,
                    ("cords", number, "outlet"),
                    f": {pdu.id} has no outlet {cord.outlet}",
                    f"1 to {pdu.outlets}",
                    str(cord.outlet),
                    "correct the outlet, or the PDU's `outlets`",
                )


@rule("unracked")
def racks(view: View) -> Iterator[Finding]:
    """A device stands in a rack or belongs to a carrier."""
    for device in view.site.devices.values():
        if not device.rack and not device.carrier:
            yield Finding(
                "devices",
                device.id,
                ("rack",),
                "stands in no rack and is no carrier's",
                "rack, or carrier",
                "neither",
                "add `rack:` where it is ours, `carrier:` where it is not",
            )


@rule("generator-hours", acceptable=True)
def fuel(view: View) -> Iterator[Finding]:
    """A generator's tank lasts as long as it must."""
    for generator in view.site.generators.values():
        hours = generator.tank_litres / generator.burn_litres_per_hour
        if hours < generator.required_hours:
            yield Finding(
                "generators",
                generator.id,
                ("tank_litres",),
                ": the tank is empty before the hours required are over",
                f"{generator.required_hours:g} h",
                f"{hours:.1f} h ({generator.tank_litres:g} l at {generator.burn_litres_per_hour:g} l/h)",
                "a bigger tank, a lower load, or a supply contract that somebody accepts",
            )


@rule("single-source", acceptable=True)
def sources(view: View) -> Iterator[Finding]:
    """A transfer switch has two different sources to choose from."""
    for ats in view.site.ats.values():
        if len(set(ats.sources)) < TWO:
            yield Finding(
                "ats",
                ats.id,
                ("sources",),
                "has one source only",
                "commercial power first, then a generator",
                ", ".join(ats.sources),
                "add the second source",
            )
