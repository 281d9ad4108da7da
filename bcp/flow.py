"""The flow that will feel a fault: which two places to probe between, chosen from the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bcp.route import Path, lan_of, paths
from inventory.cabling import building_of, management_address
from inventory.model import Site, System
from monitoring.probes.udp import Point


class NoFlow(Exception):
    """By the model, no pair of places talks over the element: the drill would measure nothing."""

    exit_code, code = 5, "no-flow"
    hint = "choose another --element, or look at the costs of the lines"


@dataclass(frozen=True)
class Flow:
    """Two places, and how their packets should cross the line."""

    points: tuple[Point, Point]
    line: str
    forward: bool
    """True when packets from the first place cross from the line's first end to its second."""
    certain: bool
    """False when a direction has several equally short paths, of which only some cross: the port decides."""

    @property
    def name(self) -> str:
        return f"{self.points[0].node}-{self.points[1].node}"

    def crosses_forward(self, direction: int) -> bool:
        """Which way direction 0 (first to second place) or 1 (back) crosses the line."""
        return self.forward if direction == 0 else not self.forward


def _share(found: list[Path], line: str) -> tuple[float, bool | None]:
    """The share of the paths that cross the line, and in which direction."""
    hops = [hop for path in found for hop in path if hop.line == line]
    return (len(hops) / len(found), hops[0].forward) if hops else (0.0, None)


def judge(site: Site, a: str, b: str, line: str) -> tuple[float, Flow] | None:
    """How surely both directions between two places cross the line; None when one of them does not."""
    there, forward = _share(paths(site, a, b), line)
    back, backward = _share(paths(site, b, a), line)
    if forward is None or backward is None or forward == backward:
        return None
    points = (Point(a, management_address(site, a)), Point(b, management_address(site, b)))
    return there * back, Flow(points, line, forward, certain=there == back == 1.0)


def _places(site: Site, system: System) -> tuple[list[str], list[str]]:
    """Where people and machines sit inside, and the members of the system."""
    clients = [client.id for client in site.clients.values() if site.lans[client.lan].building]
    return [*system.members, *clients], list(system.members)


def _candidates(site: Site, system: System) -> Iterator[tuple[str, str]]:
    near, far = _places(site, system)
    for a, b in product(near, far):
        if a != b and building_of(site, a) != building_of(site, b):
            yield a, b


def choose(site: Site, system: System, line: str) -> Flow:
    """The surest flow between people (or a member) and a member of the system over a line; the first among equals.

    Raises NoFlow.
    """
    judged = [found for a, b in _candidates(site, system) if (found := judge(site, a, b, line))]
    if not judged:
        tried = ", ".join(f"{a}-{b}" for a, b in _candidates(site, system)) or "nobody"
        raise NoFlow(f"no flow to {system.id} crosses {line} in both directions (tried {tried})")
    return max(judged, key=lambda found: found[0])[1]


def vantage(site: Site, system: System, line: str) -> str:
    """The client from which the system is asked: the first inside whose path to it crosses the line, else the first."""
    inside = [client.id for client in site.clients.values() if lan_of(site, client.id).building]
    target = system.members[0]
    crossing = [client for client in inside if _share(paths(site, client, target), line)[0]]
    return (crossing or inside)[0]
