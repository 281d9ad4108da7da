"""The way that packets take from router to router, by what the kernels have: every leg of every hop is followed."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from inventory.model import Line, Site
from network.verify.collect import Seen


class Unknown(Exception):
    """A router on the way was not seen, or its kernel has no route: where packets go from there is not known."""


def walk(site: Site, seen: Mapping[str, Seen], start: str, target: str) -> frozenset[str]:
    """Lines, their ducts and the routers between two routers' loopbacks, both ends left out. Raises `Unknown`."""
    address, found, open_, done = str(site.devices[target].loopback), set[str](), [start], set[str]()
    while open_:
        device = open_.pop()
        if device == target or device in done:
            continue
        done.add(device)
        for port in _ports(seen, device, address):
            line = site.lines.get(port)
            if line is None:
                raise Unknown(f"{device} sends {address} into {port}, which is no line")
            found |= {line.id, *line.ducts}
            open_.append(_other(line, device))
    return frozenset(found | (done - {start}))


def _other(line: Line, device: str) -> str:
    return next(end.device for end in line.ends if end.device != device)


def _ports(seen: Mapping[str, Seen], device: str, address: str) -> set[str]:
    """The interfaces over which a router's kernel sends to an address, by the longest prefix."""
    if device not in seen:
        raise Unknown(f"{device} was not seen")
    matching = [prefix for prefix in seen[device].kernel if ip_address(address) in ip_network(prefix)]
    if not matching:
        raise Unknown(f"the kernel of {device} has no route to {address}")
    best = max(matching, key=lambda prefix: ip_network(prefix).prefixlen)
    return {port for port, _ in seen[device].kernel[best]}
