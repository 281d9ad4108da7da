"""Which way packets should go, by the model: gateways, OSPF costs, equal-cost paths.

A prediction only: it picks the flows and the direction in which they cross; that they do cross is measured.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from inventory.model import Lan, LineKind, Site

INSIDE = (LineKind.inter_building, LineKind.campus, LineKind.internal)
"""Lines over which traffic between buildings goes; the witness place is an area of its own and is never transit."""


@dataclass(frozen=True, order=True)
class Hop:
    """One line of a path, and whether it is crossed from its first end to its second."""

    line: str
    forward: bool


Path = tuple[Hop, ...]


def _neighbours(site: Site) -> dict[str, list[tuple[str, Hop, int]]]:
    found: dict[str, list[tuple[str, Hop, int]]] = defaultdict(list)
    for line in site.lines.values():
        if line.kind in INSIDE and line.ospf_area == 0:
            first, second = (end.device for end in line.ends)
            found[first].append((second, Hop(line.id, forward=True), line.ospf_cost))
            found[second].append((first, Hop(line.id, forward=False), line.ospf_cost))
    return found


def lan_of(site: Site, node: str) -> Lan:
    """The LAN of a host or client."""
    member = site.hosts.get(node) or site.clients[node]
    return site.lans[member.lan]


def paths(site: Site, source: str, target: str) -> list[Path]:
    """Every equally short path between two hosts or clients, as the lines crossed. Empty when there is none."""
    here, there = lan_of(site, source).gateway, lan_of(site, target).gateway
    if here is None or there is None:
        return []
    return _shortest(site, next(iter(here.routers)), frozenset(there.routers))


def _shortest(site: Site, start: str, goals: frozenset[str]) -> list[Path]:
    neighbours = _neighbours(site)
    queue: list[tuple[int, str, Path]] = [(0, start, ())]
    distance: dict[str, int] = {}
    best: int | None = None
    found: list[Path] = []
    while queue:
        cost, node, path = heapq.heappop(queue)
        if (best is not None and cost > best) or cost > distance.setdefault(node, cost):
            continue
        if node in goals:
            best, found = cost, [*found, path]
            continue
        for other, hop, more in neighbours[node]:
            heapq.heappush(queue, (cost + more, other, (*path, hop)))
    return found
