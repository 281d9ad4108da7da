"""Who can reach whom: the walks of the network, and the places where no walk may pass through.

Inside, every router is transit. Two kinds of place are not: a witness place, whose lines lie in an OSPF area of their
own so that traffic between the other buildings never crosses it, and the world of the carriers, to which the edges
announce public entries alone. A line into such a place is linked on its far side only; a walk that arrives there ends
at the line, and another walk goes on from the router at the line's near end. So nothing inside can use it as a bridge.
"""

from __future__ import annotations

from dataclasses import dataclass

from inventory import cabling
from inventory.model import Client, DeviceRole, Line, LineKind, Site

from .need import NEVER, Need, Path, every, some
from .walk import pieces

_OUTSIDE = -1


@dataclass(frozen=True)
class Way:
    """One way from a place into the backbone: what it takes to get there, and the router where it arrives."""

    need: Need | None
    router: str


class Reach:
    """The links of a site and the need that stands for "a reaches b"."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._side = _sides(site)
        self._doors: list[tuple[str, str]] = []  # a line into a place without transit, and its near router
        self.links: list[tuple[str, str]] = []
        for link in cabling.links(site):
            if link.line:
                self._add(link.line)
            else:
                self.links += [(link.ends[0], link.id), (link.id, link.ends[1])]
        near: dict[str, list[str]] = {}
        for a, b in self.links:
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
        self._piece = pieces(near, dict.fromkeys([*site.devices, *site.hosts, *site.clients, *near]))

    def _add(self, line: Line) -> None:
        a, b = (end.device for end in line.ends)
        sides = (self._side[a], self._side[b])
        if sides[0] != sides[1]:
            inner, far = (a, b) if (sides[0] == 0 or sides[1] == _OUTSIDE) else (b, a)
            self._doors.append((line.id, inner))
            self.links.append((line.id, far))
        elif sides[0] != 0 or line.ospf_area == 0:
            self.links += [(a, line.id), (line.id, b)]
        # A line of another area between two backbone routers carries no traffic of the backbone: it is no link.

    def _ways(self, node: str) -> list[Way]:
        ways = [Way(Path(node, line), router) for line, router in self._doors if self._piece[line] == self._piece[node]]
        return ways or [Way(None, node)]

    def between(self, a: str, b: str) -> Need:
        """The need that a walk joins two nodes."""
        if self._piece[a] == self._piece[b]:
            return Path(a, b)
        return some(
            *(
                every(*(n for n in (one.need, Path(one.router, other.router), other.need) if n is not None))
                for one in self._ways(a)
                for other in self._ways(b)
            )
        )

    def vantages(self, client: Client) -> tuple[str, ...]:
        """Where to look from. A LAN without a building stands for the world beyond its routers, which is not ours to
        prove: looking from there begins at any of the routers."""
        lan = self._site.lans[client.lan]
        if lan.building is None and lan.gateway:
            return tuple(lan.gateway.routers)
        return (client.id,)

    def from_any(self, clients: list[Client], node: str) -> Need:
        """The need that some of the clients reaches a node."""
        found = [self.between(vantage, node) for client in clients for vantage in self.vantages(client)]
        return some(*found) if found else NEVER


def _sides(site: Site) -> dict[str, int]:
    """Device → 0 for the backbone, the area of a place without transit, or `_OUTSIDE`."""
    areas: dict[str, list[int]] = {}
    for line in site.lines.values():
        if line.kind is not LineKind.outside:
            for end in line.ends:
                areas.setdefault(end.device, []).append(line.ospf_area)
    return {
        device.id: _OUTSIDE if device.role is DeviceRole.carrier else min(areas.get(device.id, [0]))
        for device in site.devices.values()
    }
