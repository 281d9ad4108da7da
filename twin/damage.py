"""From the faults in force to what must be so in the twin: pure, and the same whichever fault came first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.graph import Graph
from twin.state import Fault
from twin.topology import Plug, Topology, Wire


@dataclass(frozen=True)
class Damage:
    """How the twin differs from a whole one."""

    off: frozenset[str] = frozenset()
    """Nodes without power."""
    frozen: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    """Links without carrier at both ends."""
    silent: frozenset[str] = frozenset()
    """Links that drop everything while their carrier stays."""
    loss: tuple[tuple[str, float], ...] = ()
    """Link and the share of packets that each direction loses, 0 to 1."""
    rate: tuple[tuple[str, float], ...] = ()
    """Link and bits per second that each direction carries."""

    def down(self, topology: Topology) -> frozenset[Plug]:
        """Interfaces that must be down: both ends of what is cut, and every interface of a node without power."""
        ends = {plug for wire in topology.wires if wire.name in self.cut for plug in wire.ends}
        return frozenset(ends | {p for w in topology.wires for p in w.ends if p.node in self.off})


def links_of(graph: Graph, topology: Topology, element: str) -> list[Wire]:
    """The links that an element stands for: itself, or all that need it (the lines through a duct)."""
    return [wire for wire in topology.wires if wire.name == element or element in graph.reads(wire.name)]


def damage(graph: Graph, topology: Topology, faults: Iterable[Fault]) -> Damage:
    """What all faults together do. Two losses on one link: the greater; two rates: the smaller.

    What is cut or without power is out in the sense of the graph, and whatever the graph says goes with it goes too:
    with one of two power feeds out nothing happens, with the second out as well the machines go off.
    """
    known = list(faults)
    out = {fault.element for fault in known if fault.kind in ("cut", "power")}
    up = graph.up(out)
    frozen = frozenset(fault.element for fault in known if fault.kind == "freeze")
    silent = {wire.name for f in known if f.kind == "silent" for wire in links_of(graph, topology, f.element)}
    silent |= {wire.name for node in frozen for wire in topology.wires_of(node)}
    loss: dict[str, float] = {}
    rate: dict[str, float] = {}
    for fault in known:
        for wire in links_of(graph, topology, fault.element) if fault.kind in ("loss", "rate") else ():
            if fault.kind == "loss":
                loss[wire.name] = max(loss.get(wire.name, 0.0), fault.params["ratio"])
            else:
                wanted = fault.params["bits_per_second"]
                rate[wire.name] = min(rate.get(wire.name, wanted), wanted)
    return Damage(
        off=frozenset(node.name for node in topology.nodes if node.name not in up),
        frozen=frozen,
        cut=frozenset(wire.name for wire in topology.wires if wire.name not in up),
        silent=frozenset(silent),
        loss=tuple(loss.items()),
        rate=tuple(rate.items()),
    )
