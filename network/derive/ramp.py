"""By which steps a router's ways are made dearer, so that no packet goes in circles while the others turn away.

When a cost jumps, two neighbours may each think for some milliseconds that the way is through the other one. That
needs a jump of at least twice the cost of the line between them: the one turns to the other when the way is dearer by
t, the other has turned away when it is dearer by t - 2 * cost ("incremental cost advertisement", RFC 5715, 6.1).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from itertools import product

from inventory.model import DeviceRole, Line, Site
from network.derive.ports import ROUTED_OUTSIDE

BACKBONE = 0

Way = tuple[str, str, int]
"""Two routers and the cost of the line between them, the same in both directions."""
Distances = dict[tuple[str, str], float]


def ramp(site: Site, device_id: str, out: Collection[str] = ()) -> tuple[int, ...]:
    """What is added to all costs of a router, one after the other, before they jump to the greatest or from it.

    `out` are lines and devices that are down. Empty when nobody turns away by more than one step: then the jump alone
    makes no circle.
    """
    ways = [(*_ends(line), line.ospf_cost) for line in _lines(site) if not {line.id, *_ends(line)} & set(out)]
    return increments(ways, device_id, list(_stand_ins(site, device_id)))


def increments(ways: Collection[Way], router: str, stand_ins: Collection[Collection[str]]) -> tuple[int, ...]:
    """The same for any network. `stand_ins`: for each destination behind the router, who else is a way to it."""
    elsewhere = [way for way in ways if router not in way[:2]]
    if len(elsewhere) == len(ways) or not elsewhere:
        return ()
    step = 2 * min(cost for _, _, cost in elsewhere) - 1
    turns = _turns(router, stand_ins, _distances(ways), _distances(elsewhere))
    return tuple(range(step, int(max((turn for turn in turns if turn < math.inf), default=0)) + 1, step))


def _distances(ways: Collection[Way]) -> Distances:
    """The cost of the cheapest way between each two routers (Floyd and Warshall: there are few routers)."""
    nodes = sorted({end for way in ways for end in way[:2]})
    found: Distances = {(a, b): 0 if a == b else math.inf for a, b in product(nodes, nodes)}
    for a, b, cost in ways:
        found[a, b] = found[b, a] = min(found[a, b], cost)
    for middle, a, b in product(nodes, nodes, nodes):
        found[a, b] = min(found[a, b], found[a, middle] + found[middle, b])
    return found


def _turns(
    router: str, stand_ins: Collection[Collection[str]], whole: Distances, without: Distances
) -> Iterator[float]:
    """By how much dearer the router must be for another one to turn away from it, for each destination."""
    others = sorted({a for a, _ in without})
    for a, b in product(others, others):
        yield without[a, b] - whole[a, b]
    for group in stand_ins:
        for a in others:
            yield min((without.get((a, other), math.inf) for other in group), default=math.inf) - whole[a, router]


def _lines(site: Site) -> Iterator[Line]:
    for line in site.lines.values():
        if line.kind not in ROUTED_OUTSIDE and line.ospf_area == BACKBONE:
            yield line


def _ends(line: Line) -> tuple[str, str]:
    return line.ends[0].device, line.ends[1].device


def _stand_ins(site: Site, device: str) -> Iterator[set[str]]:
    """A LAN, the outside, another area: for each that this router is a way to, the others that are."""
    for lan in site.lans.values():
        if lan.gateway and device in lan.gateway.routers:
            yield set(lan.gateway.routers) - {device}
    edges = {other.id for other in site.devices.values() if other.role is DeviceRole.edge}
    if device in edges:
        yield edges - {device}
    areas = {line.ospf_area for line in site.lines.values() if device in _ends(line)} - {BACKBONE}
    for area in sorted(areas):
        yield _borders(site, area) - {device}


def _borders(site: Site, area: int) -> set[str]:
    """The routers between an area and the backbone."""
    inside = {end for line in site.lines.values() if line.ospf_area == area for end in _ends(line)}
    return inside & {end for line in _lines(site) for end in _ends(line)}
