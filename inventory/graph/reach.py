"""Who can reach whom: the walks of the network, and the places where no walk may pass through.

Inside, every router is transit. Three kinds of place are not: a LAN, on which no router speaks a routing protocol to
another (its ports are passive), a witness place, whose lines lie in an OSPF area of their own so that traffic between
the other buildings never crosses it, and the world of the carriers, to which the edges announce public entries alone. A
cable or line into such a place is linked on its far side only: it is a door. A walk that arrives there ends at the
door, and another walk goes on from the router at the door's near end. So nothing can use the place as a bridge.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from inventory import cabling
from inventory.model import Client, DeviceRole, Line, LineKind, Site

from .need import NEVER, Need, Path, every, some
from .walk import pieces

_OUTSIDE = -1


class Reach:
    """The links of a site and the need that stands for "a reaches b"."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._side = _sides(site)
        self.links: list[tuple[str, str]] = []
        doors: list[tuple[str, str]] = []
        for link in cabling.links(site):
            node, switch = link.ends
            if link.line:
                doors += self._add(link.line)
            elif node in site.devices:
                self.links.append((link.id, switch))
                doors.append((link.id, node))
            else:
                self.links += [(node, link.id), (link.id, switch)]
        near: dict[str, list[str]] = {}
        for a, b in self.links:
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
        everything = [*site.devices, *site.hosts, *site.clients, *near]
        self._piece = pieces(near, dict.fromkeys(everything))
        self._doors: dict[int, list[tuple[str, str]]] = defaultdict(list)
        """Piece -> its doors, each with the router at its near end."""
        for door, router in doors:
            self._doors[self._piece[door]].append((door, router))
        self._depth = cache(self._depth_of)

    def _add(self, line: Line) -> list[tuple[str, str]]:
        """Link a line; gives the door that it is, if it is one."""
        a, b = (end.device for end in line.ends)
        sides = (self._side[a], self._side[b])
        if sides[0] != sides[1]:
            inner, far = (a, b) if (sides[0] == 0 or sides[1] == _OUTSIDE) else (b, a)
            self.links.append((line.id, far))
            return [(line.id, inner)]
        if sides[0] != 0 or line.ospf_area == 0:
            self.links += [(a, line.id), (line.id, b)]
        # A line of another area between two backbone routers carries no traffic of the backbone: it is no link.
        return []

    def _depth_of(self, piece: int) -> int:
        """How many doors lie between a piece and the backbone."""
        return max((1 + self._depth(self._piece[router]) for _, router in self._doors.get(piece, ())), default=0)

    def between(self, a: str, b: str) -> Need:
        """The need that a walk joins two nodes: out of the deeper place by any of its doors, and on from there."""
        if self._piece[a] == self._piece[b]:
            return Path(a, b)
        if self._depth(self._piece[a]) < self._depth(self._piece[b]):
            a, b = b, a
        ways = self._doors.get(self._piece[a], ())
        return some(*(every(Path(a, door), self.between(router, b)) for door, router in ways))

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
