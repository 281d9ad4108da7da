"""What is plugged into what: every link of the site and every interface of a node, derived from lines and LANs.

A cable is not written in the YAML: whoever has an address in a LAN has one cable to that LAN's switch, and it is
called `cable-<node>-<lan>`. Lines carry their inventory id. The twin, the configurations and the graph all read this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

from inventory.model import Lan, Line, Site


@dataclass(frozen=True)
class Link:
    """A line, or a cable between a node and its switch. `ends` are node ids; a cable's second end is the switch."""

    id: str
    ends: tuple[str, str]
    line: Line | None = None
    lan: Lan | None = None


@dataclass(frozen=True)
class Interface:
    """One interface of a node, as it is named on the node itself."""

    node: str
    name: str
    """The line's or LAN's id on devices; eth0 on hosts and clients."""
    link: str
    address: IPv4Interface | None
    """None for a switch's ports."""
    line: Line | None = None
    lan: Lan | None = None


def cable_id(node: str, lan: str) -> str:
    """The id of the cable between a node and the switch of a LAN."""
    return f"cable-{node}-{lan}"


def _attached(site: Site, lan: Lan) -> Iterator[str]:
    if lan.gateway:
        yield from lan.gateway.routers
    yield from (host.id for host in site.hosts.values() if host.lan == lan.id)
    yield from (client.id for client in site.clients.values() if client.lan == lan.id)


def links(site: Site) -> list[Link]:
    """Every link of the site: lines first, then cables, in the order of the inventory."""
    found = [Link(line.id, (line.ends[0].device, line.ends[1].device), line=line) for line in site.lines.values()]
    for lan in site.lans.values():
        found += [Link(cable_id(node, lan.id), (node, lan.switch), lan=lan) for node in _attached(site, lan)]
    return found


def interfaces(site: Site, node: str) -> list[Interface]:
    """The interfaces of a router, host or client (a switch has one port per cable and none of its own)."""
    found = [
        Interface(node, line.id, line.id, IPv4Interface(end.address), line=line)
        for line in site.lines.values()
        for end in line.ends
        if end.device == node
    ]
    for lan in site.lans.values():
        if lan.gateway and node in lan.gateway.routers:
            address = IPv4Interface(f"{lan.gateway.routers[node]}/{lan.prefix.prefixlen}")
            found.append(Interface(node, lan.id, cable_id(node, lan.id), address, lan=lan))
    member = site.hosts.get(node) or site.clients.get(node)
    if member:
        lan = site.lans[member.lan]
        address = IPv4Interface(f"{member.address}/{lan.prefix.prefixlen}")
        found.append(Interface(node, "eth0", cable_id(node, lan.id), address, lan=lan))
    return found


def management_address(site: Site, node: str) -> str:
    """The address at which the suite reaches a node: a device's loopback, else its address in its LAN."""
    device = site.devices.get(node)
    if device:
        return str(device.loopback or device.address)
    member = site.hosts.get(node) or site.clients[node]
    return str(member.address)


def building_of(site: Site, node: str) -> str | None:
    """The building that a device, host or client stands in; None for what is a carrier's."""
    owner = site.devices.get(node) or site.hosts.get(node)
    if owner and owner.rack:
        return site.rooms[site.racks[owner.rack].room].building
    if node in site.clients:
        return site.lans[site.clients[node].lan].building
    return None
