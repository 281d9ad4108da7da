"""The site as the twin sees it: nodes and links, straight from the inventory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from inventory import cabling
from inventory.model import Element, Site
from twin.failure import USAGE, TwinFailure

_LONGEST_NAME = 15
"""The kernel's limit for the name of an interface, in bytes (IFNAMSIZ without its final zero)."""

KINDS = ("router", "switch", "host", "agent", "console", "client", "carrier", "noc")


@dataclass(frozen=True)
class Node:
    name: str
    kind: str
    """One of `KINDS`."""
    building: str | None
    address: str
    """Where the suite reaches it."""

    @property
    def routes(self) -> bool:
        """Whether it forwards packets between its interfaces by a routing daemon."""
        return self.kind in ("router", "carrier")


@dataclass(frozen=True)
class Plug:
    """One end of a link: an interface in a node."""

    node: str
    interface: str


@dataclass(frozen=True)
class Wire:
    """A line or a cable, by its id in the inventory."""

    name: str
    ends: tuple[Plug, Plug]


@dataclass(frozen=True)
class Topology:
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    def wire(self, name: str) -> Wire | None:
        return next((wire for wire in self.wires if wire.name == name), None)

    def wires_of(self, node: str) -> list[Wire]:
        return [wire for wire in self.wires if node in (wire.ends[0].node, wire.ends[1].node)]


def derive(site: Site) -> Topology:
    """The twin's nodes and links that are in service today, in the order of the inventory."""
    kinds: list[tuple[Element, str]] = [(device, _device_kind(device.role.value)) for device in site.devices.values()]
    kinds += [(host, host.kind) for host in site.hosts.values()]
    kinds += [(client, "client") for client in site.clients.values()]
    nodes = tuple(Node(each.id, kind, *_where(site, each.id)) for each, kind in kinds if _in_service(each))
    names = {node.name for node in nodes}
    links = [link for link in cabling.links(site) if names.issuperset(link.ends)]
    wires = tuple(_wire(site, link) for link in links if link.line is None or _in_service(link.line))
    topology = Topology(nodes, wires)
    _check(topology)
    return topology


def _in_service(element: Element) -> bool:
    return element.retired is None or element.retired > dt.datetime.now().astimezone().date()


def _device_kind(role: str) -> str:
    return {"access": "switch", "carrier": "carrier"}.get(role, "router")


def _where(site: Site, node: str) -> tuple[str | None, str]:
    return cabling.building_of(site, node), cabling.management_address(site, node)


def _wire(site: Site, link: cabling.Link) -> Wire:
    one, other = link.ends
    if link.line:
        return Wire(link.id, (Plug(one, link.id), Plug(other, link.id)))
    own = next(i.name for i in cabling.interfaces(site, one) if i.link == link.id)
    return Wire(link.id, (Plug(one, own), Plug(other, one)))  # a switch's port is named after who is plugged in


def _check(topology: Topology) -> None:
    long = [p for w in topology.wires for p in w.ends if len(p.interface.encode()) > _LONGEST_NAME]
    strange = [node for node in topology.nodes if node.kind not in KINDS]
    problems = [f"{p.node}: interface {p.interface!r} is longer than {_LONGEST_NAME} bytes" for p in long]
    problems += [f"{node.name}: kind {node.kind!r} is none of {', '.join(KINDS)}" for node in strange]
    if problems:
        raise TwinFailure(
            "the site cannot be booted: " + "; ".join(problems),
            hint="mend the names in the inventory",
            code="topology",
            exit_code=USAGE,
        )
