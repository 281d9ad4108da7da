"""How a device is reached before it has a configuration (`twin up --bare`): what an installer's cable does elsewhere.

Static routes by the fewest hops, so weak that whatever a routing daemon learns later wins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from ipaddress import IPv4Interface

from inventory.model import Site

_METRIC = 250 << 24
"""The kernel takes the lowest metric (FRR's routes have 20), and zebra reads the top byte as administrative distance
(250: behind OSPF's 110 and BGP's 20 and 200)."""

SYSCTLS = "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.default.rp_filter = 0\n"


def lines(site: Site, router: str) -> Iterator[str]:
    """Lines for `ip -batch`: the shared gateway addresses that the router holds alone now, and routes to all else."""
    for lan in site.lans.values():
        if lan.gateway and next(iter(lan.gateway.routers)) == router:
            yield f"addr add {lan.gateway.address}/{lan.prefix.prefixlen} dev {lan.id}"
    own = {network for network, holders in _networks(site) if router in holders}
    ways = _ways(site, router)
    for network, holders in _networks(site):
        nearest = next((ways[name] for name in ways if name in holders), None)
        if nearest and network not in own:
            yield f"route add {network} via {nearest} metric {_METRIC}"


def _networks(site: Site) -> Iterator[tuple[str, frozenset[str]]]:
    """Every network that somebody may want to reach, and the routers that stand in it."""
    for lan in site.lans.values():
        yield str(lan.prefix), frozenset(lan.gateway.routers if lan.gateway else ())
    for device in site.devices.values():
        if device.loopback:
            yield f"{device.loopback}/32", frozenset({device.id})


def _neighbours(site: Site, router: str) -> Iterator[tuple[str, str]]:
    """Router one hop away, and its address there."""
    for line in site.lines.values():
        for own, peer in (line.ends, line.ends[::-1]):
            if own.device == router:
                yield peer.device, str(IPv4Interface(peer.address).ip)
    for lan in site.lans.values():
        if lan.gateway and router in lan.gateway.routers:
            yield from ((name, str(ip)) for name, ip in lan.gateway.routers.items() if name != router)


def _ways(site: Site, router: str) -> dict[str, str]:
    """Router -> address of the first hop towards it, the nearest router first."""
    ways: dict[str, str] = {}
    queue = deque(_neighbours(site, router))
    while queue:
        name, hop = queue.popleft()
        if name != router and name not in ways:
            ways[name] = hop
            queue.extend((further, hop) for further, _ in _neighbours(site, name))
    return ways
