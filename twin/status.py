"""What `mroom twin status` tells: the nodes, the links, the routers' adjacencies, and what is broken on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inventory import graph
from inventory.model import Site
from twin import power, routing, state
from twin.damage import links_of
from twin.ports import Ports
from twin.state import State
from twin.topology import Topology, derive


def status(site: Site, where: Path) -> dict[str, Any]:
    """The document of `mroom twin status`. It answers when no twin is up, too: `up` is false and all is off."""
    topology = derive(site)
    known = state.load(where)
    if known is not None and not (known.up and known.world.alive()):
        known = None
    expected = len(routing.expected(site, routing.speaks_ospf))
    states = {node.name: _node_state(known, node.name) for node in topology.nodes}
    answering = [name for name, its in states.items() if its in ("up", "starting")]
    roots = {name: Path(f"/proc/{known.nodes[name].pid}/root") for name in answering} if known else {}
    return {
        "up": known is not None,
        "since": known.since if known else None,
        "bare": known.bare if known else False,
        "nodes": [
            {
                "name": node.name,
                "kind": node.kind,
                "building": node.building,
                "state": states[node.name],
                "address": node.address,
            }
            for node in topology.nodes
        ],
        "links": _links(site, topology, known),
        "adjacencies": {"expected": expected, "full": expected - len(routing.ospf(site, roots)) if known else 0},
        "faults": [fault.document() for fault in known.faults] if known else [],
    }


def _node_state(known: State | None, node: str) -> str:
    """off, frozen, starting or up."""
    process = known.nodes.get(node) if known else None
    if known is None or process is None or not process.alive():
        return "off"
    if any(fault.element == node and fault.kind == "freeze" for fault in known.faults):
        return "frozen"
    return "up" if power.has_booted(process) else "starting"


def _links(site: Site, topology: Topology, known: State | None) -> list[dict[str, Any]]:
    faults: dict[str, str] = {}
    if known:
        built = graph.build(site)
        for fault in known.faults:
            for wire in links_of(built, topology, fault.element) if fault.kind not in ("freeze", "kill") else ():
                faults.setdefault(wire.name, fault.kind)
    with Ports(Path(f"/proc/{known.world.pid if known else 0}/root/run/netns")) as ports:
        return [
            {
                "name": wire.name,
                "ends": [plug.node for plug in wire.ends],
                "interfaces": [plug.interface for plug in wire.ends],
                "state": "up" if known and all(ports.carries(plug) for plug in wire.ends) else "down",
                "fault": faults.get(wire.name),
            }
            for wire in topology.wires
        ]
