"""Lines: their two ends, their ducts, and the pairs that are meant to be diverse."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.addresses import interface_of
from inventory.model import Line, LineKind
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

POINT_TO_POINT = 31
ROUTES = {"core", "edge", "carrier"}
"""Device roles that route; an access device only switches."""


@rule("line-subnet")
def subnet(view: View) -> Iterator[Finding]:
    """The two ends of a line are the two addresses of one /31."""
    for line in view.site.lines.values():
        ends = [interface_of(end.address) for end in line.ends]
        for number, interface in enumerate(ends):
            if interface is None or interface.network.prefixlen != POINT_TO_POINT:
                yield Finding(
                    "lines",
                    line.id,
                    ("ends", number, "address"),
                    ": an end has no /31 address",
                    "an address such as 198.18.1.0/31",
                    repr(line.ends[number].address),
                    "correct the address",
                )
        first, second = ends
        if first and second and first.network != second.network:
            yield Finding(
                "lines",
                line.id,
                ("ends", 1, "address"),
                ": its ends are in two subnets",
                f"the other address of {first.network}",
                str(second),
                "take both addresses from one /31",
            )


@rule("line-end")
def ends(view: View) -> Iterator[Finding]:
    """A line joins two different routers."""
    for line in view.site.lines.values():
        one, other = line.ends[0].device, line.ends[1].device
        if one == other:
            yield Finding(
                "lines",
                line.id,
                ("ends", 1, "device"),
                f"joins {one} to itself",
                "two different devices",
                one,
                "name the device at the far end",
            )
        for number, end in enumerate(line.ends):
            device = view.site.devices.get(end.device)
            if device and device.role not in ROUTES:
                yield Finding(
                    "lines",
                    line.id,
                    ("ends", number, "device"),
                    f"ends on {device.id}, a switch",
                    "a router (role core, edge or carrier)",
                    f"role {device.role}",
                    "end the line on a router",
                )


def _pairs(view: View) -> Iterator[tuple[Line, Line]]:
    for line in view.site.lines.values():
        other = view.site.lines.get(line.pair) if line.pair else None
        if other:
            yield line, other


@rule("line-without-pair", acceptable=True)
def unpaired(view: View) -> Iterator[Finding]:
    """Where two lines between buildings, or to the outside, could stand in for each other, they say that they do."""
    for kind in (LineKind.inter_building, LineKind.outside):
        lines = [line for line in view.site.lines.values() if line.kind is kind and not view.retired(line)]
        named = {line.pair for line in view.site.lines.values()}  # what another names is told by pair-not-mutual
        for line in lines if len(lines) > 1 else ():
            if not line.pair and line.id not in named:
                others = ", ".join(other.id for other in lines if other is not line)
                yield Finding(
                    "lines",
                    line.id,
                    ("pair",),
                    "has no pair: nobody checks that it takes another route than its stand-by",
                    f"pair: one of {others}",
                    "none",
                    "name the line that takes over, on both",
                )


@rule("pair-not-mutual")
def mutual(view: View) -> Iterator[Finding]:
    """A pair names each other: line A says B and line B says A."""
    for line, other in _pairs(view):
        if line.id == other.id:
            yield Finding(
                "lines",
                line.id,
                ("pair",),
                "is paired with itself",
                "another line",
                line.id,
                "name the line that takes over",
            )
        elif other.pair != line.id:
            yield Finding(
                "lines",
                line.id,
                ("pair",),
                f"is paired with {other.id}, which is not paired with it",
                f"`pair: {line.id}` in lines.{other.id}",
                f"pair: {other.pair or 'none'}",
                f"write `pair: {line.id}` there, or correct it here",
            )


@rule("lines-share-duct", acceptable=True)
def diverse(view: View) -> Iterator[Finding]:
    """The two lines of a pair run through different ducts: one digger must not cut both."""
    for line, other in _pairs(view):
        shared = sorted(set(line.ducts) & set(other.ducts))
        told_from_there = other.pair == line.id and other.id < line.id
        if shared and line.id != other.id and not told_from_there:
            yield Finding(
                "lines",
                other.id,
                ("ducts",),
                f"runs through the duct of its pair {line.id}",
                f"ducts that {line.id} does not use",
                ", ".join(shared),
                "lead one of the two through another duct, or have the risk accepted",
            )


@rule("duct-missing", acceptable=True)
def ducts(view: View) -> Iterator[Finding]:
    """A line that leaves a building says through which ducts: without that nobody can say that a pair is diverse."""
    for line in view.site.lines.values():
        if line.kind not in {LineKind.internal, LineKind.peering} and not line.ducts:
            yield Finding(
                "lines",
                line.id,
                ("ducts",),
                "leaves a building through no duct",
                "ducts: the route that it takes",
                "none",
                "add its ducts, or make it `kind: internal`",
            )


@rule("duct-elsewhere")
def duct_places(view: View) -> Iterator[Finding]:
    """A line's ducts lead to the buildings that it joins."""
    for line in view.site.lines.values():
        reached = {b for name in line.ducts if (duct := view.site.ducts.get(name)) for b in duct.buildings}
        if not line.ducts or any(name not in view.site.ducts for name in line.ducts):
            continue
        for number, end in enumerate(line.ends):
            building = view.node_building(end.device)
            if building and building not in reached:
                yield Finding(
                    "lines",
                    line.id,
                    ("ducts",),
                    f"ends in {building}, where none of its ducts leads",
                    f"a duct to {building}, where ends[{number}] stands",
                    f"ducts to {', '.join(sorted(reached))}",
                    f"add the duct to {building}, or correct the duct's buildings",
                )


@rule("line-kind")
def kinds(view: View) -> Iterator[Finding]:
    """An inter-building line joins two buildings, an internal one stays in one."""
    for line in view.site.lines.values():
        places = [view.node_building(end.device) for end in line.ends]
        if None in places:
            continue
        apart = places[0] != places[1]
        if line.kind is LineKind.internal and apart:
            yield Finding(
                "lines",
                line.id,
                ("kind",),
                f"is internal but joins {places[0]} and {places[1]}",
                "inter-building, campus or witness",
                "internal",
                "correct the kind, and name its ducts",
            )
        if line.kind in {LineKind.inter_building, LineKind.campus} and not apart:
            yield Finding(
                "lines",
                line.id,
                ("kind",),
                f"is {line.kind} but stays in {places[0]}",
                "internal",
                str(line.kind),
                "correct the kind or an end",
            )
