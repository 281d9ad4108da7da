"""When a twin is up: every node booted, every adjacency there, every path works. Polled, with one deadline for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from inventory.model import Site
from twin import reach, routing
from twin.failure import TwinFailure
from twin.process import Process
from twin.topology import Node, Topology
from twin.wait import until

_LOOK_SECONDS = 0.3
"""How long the first look waits for answers: far more than a round trip here, less than TCP's first retransmission."""
_LONGEST_LOOK_SECONDS = 5.0
"""Each look may wait half as long again, up to this: on a very busy machine sshd is slow to start a child, and asking
again too soon only makes it start more of them."""


class Readiness:
    """Looks at nodes that run, whether or not their twin is committed yet. `netns` gives a node's network namespace."""

    def __init__(
        self, site: Site, topology: Topology, netns: Callable[[str], Path], nodes: Mapping[str, Process]
    ) -> None:
        self._site, self._topology, self._netns = site, topology, netns
        self._roots = {name: Path(f"/proc/{process.pid}/root") for name, process in nodes.items()}
        self._look = _LOOK_SECONDS
        self._without_ssh = {node.name: node.address for node in topology.nodes}

    def wait(self, seconds: float, *, bare: bool, log: Callable[[str], None]) -> None:
        """Raises TwinFailure with what is still missing when the deadline has passed."""
        deadline = time.monotonic() + seconds
        for what, missing in self._steps(bare=bare):
            log(what)
            left = until(missing, deadline - time.monotonic())
            if left:
                raise TwinFailure(
                    f"{what}: still missing after {seconds:g} s: {', '.join(left)}",
                    hint="see twin-up.log in the state folder for what the nodes said; then `mroom twin up` again",
                    code="not-ready",
                )

    def _steps(self, *, bare: bool) -> Iterator[tuple[str, Callable[[], Sequence[str]]]]:
        yield "nodes boot", self.not_booted
        if not bare:
            yield "OSPF adjacencies", lambda: routing.ospf(self._site, self._roots)
            yield "BFD sessions", lambda: routing.bfd(self._site, self._roots)
            yield "BGP sessions with the carriers", lambda: routing.bgp(self._site, self._roots)
        yield "SSH from the NOC node", self.not_reached
        if not bare:
            yield "clients reach each other", self.clients_apart

    def not_booted(self) -> list[str]:
        return [name for name, root in self._roots.items() if not (root / "run/mroom/up").exists()]

    def not_reached(self) -> list[str]:
        """Nodes that the first NOC node could not yet open an SSH connection to."""
        left = reach.without_ssh(self._netns(self.noc.name), self._without_ssh, self._look)
        self._look = min(self._look * 1.5, _LONGEST_LOOK_SECONDS)
        self._without_ssh = {name: self._without_ssh[name] for name in left}
        return left

    @property
    def noc(self) -> Node:
        return next(node for node in self._topology.nodes if node.kind == "noc")

    def clients_apart(self) -> list[str]:
        """Pairs of clients that may talk by the site's zones and cannot."""
        apart = []
        for one in self._site.clients.values():
            others = {c.id: str(c.address) for c in self._site.clients.values() if self._may_talk(one.lan, c.lan)}
            others.pop(one.id, None)
            left = reach.without_echo(self._netns(one.id), others, _LOOK_SECONDS)
            apart += [f"{one.id} to {other}" for other in left]
        return apart

    def _may_talk(self, one: str, other: str) -> bool:
        zones = self._site.lans[one].zone, self._site.lans[other].zone
        return zones[0] == zones[1] or zones[1] in self._site.zones[zones[0]].reaches
