"""Lines for `ip -batch`: the veths between the nodes, and each node's own interfaces, addresses and first routes."""

from __future__ import annotations

from inventory import cabling
from inventory.model import Site
from twin import first
from twin.facility import files as facility
from twin.topology import Node, Topology

BRIDGE = "br0"
"""A switch's bridge; it carries the management address."""


def veths(topology: Topology) -> tuple[str, ...]:
    """One line per link; both ends are born in their nodes' network namespaces."""
    return tuple(
        f"link add {one.interface} netns {one.node} type veth peer name {two.interface} netns {two.node}"
        for one, two in (wire.ends for wire in topology.wires)
    )


def interfaces(site: Site, topology: Topology, node: Node, *, bare: bool) -> str:
    """What brings a node's network up: its file /etc/mroom/interfaces.ip, run at every power on.

    `link set X up` stands on a line of its own: a link that is broken on purpose is left out of it at boot.

    A router's addresses stand in its frr.conf; only its loopback is needed before FRR runs. `bare`: it has no frr.conf.
    """
    lines = ["link set lo up"]
    if node.kind == "switch":
        lines += _switch(site, topology, node)
    else:
        lines += _addressed(site, node, all_of_them=bare or not node.routes)
        lines += first.lines(site, node.name) if bare and node.routes else []
    if node.kind == "agent" and not bare:
        lines += [f"addr add {address}/32 dev eth0" for address in facility.addresses(site, node.name)]
    return "\n".join(lines) + "\n"


def _switch(site: Site, topology: Topology, node: Node) -> list[str]:
    lan = next(lan for lan in site.lans.values() if lan.switch == node.name)
    # No spanning tree: it would hold every port back for 30 s, and a switch here has one way to each neighbour.
    lines = [f"link add {BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0"]
    for wire in topology.wires_of(node.name):
        port = next(plug for plug in wire.ends if plug.node == node.name)
        lines += [f"link set {port.interface} master {BRIDGE}", f"link set {port.interface} up"]
    lines += [f"addr add {node.address}/{lan.prefix.prefixlen} dev {BRIDGE}", f"link set {BRIDGE} up"]
    if lan.gateway:
        lines.append(f"route add default via {lan.gateway.address}")
    return lines


def _addressed(site: Site, node: Node, *, all_of_them: bool) -> list[str]:
    lines: list[str] = []
    device = site.devices.get(node.name)
    if device and device.loopback:
        lines.append(f"addr add {device.loopback}/32 dev lo")
    for interface in cabling.interfaces(site, node.name):
        if all_of_them:
            lines.append(f"addr add {interface.address} dev {interface.name}")
        lines.append(f"link set {interface.name} up")
    member = site.hosts.get(node.name) or site.clients.get(node.name)
    if member:
        gateway = site.lans[member.lan].gateway
        if gateway:
            lines.append(f"route add default via {gateway.address}")
    return lines
