"""`Twin`: the booted room as programs use it. It is opened for one piece of work and then thrown away."""

from __future__ import annotations

import difflib
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inventory import graph
from inventory.model import Site
from twin import state
from twin.facility import ask as facility
from twin.failure import UNREACHABLE, USAGE, TwinFailure
from twin.faults import Breaker
from twin.node import ENVIRONMENT
from twin.ports import Counters, Ports
from twin.state import Fault
from twin.topology import Plug, Topology, Wire, derive

_NAMESPACES = ("-m", "-u", "-i", "-n", "-p")


def _quiet(_: str) -> None:
    return


@dataclass(frozen=True)
class Twin:
    """A twin that is up. `where` is MROOM_STATE; `log` hears what takes longer."""

    site: Site
    where: Path
    topology: Topology
    log: Callable[[str], None] = _quiet

    @classmethod
    def open(cls, site: Site, where: Path, log: Callable[[str], None] = _quiet) -> Twin:
        """Raises TwinFailure (exit code 7) when no twin of this state is up."""
        twin = cls(site, where.resolve(), derive(site), log)
        twin.known()
        return twin

    def known(self) -> state.State:
        """What is written down, as of now. Raises TwinFailure when the twin is not up."""
        known = state.load(self.where)
        if known is None or not known.up or not known.world.alive():
            raise TwinFailure(
                f"no twin is up in {self.where}",
                hint="boot it with `mroom twin up`",
                code="no-twin",
                exit_code=UNREACHABLE,
            )
        return known

    def status(self) -> dict[str, Any]:
        """The document of `mroom twin status`."""
        from twin.status import status

        return status(self.site, self.where)

    # breaking and mending

    def break_(self, element: str, kind: str | None = None, **params: Any) -> Fault:
        """Break an element of the graph; gives the fault with the moment at which it began (`since`).

        Kinds: cut, silent, loss (`ratio`, 0 to 1), rate (`bits_per_second`) for lines, cables and ducts; power, freeze,
        kill (`daemon`) for nodes; power for all else. It is written down before it is made. Breaking what is broken so
        already changes nothing. Raises TwinFailure (exit code 2) for what cannot be broken so.
        """
        breaker = self._breaker()
        breaker.kinds(element)
        with state.lock(self.where, seconds=state.LOCK_SECONDS):
            known = self.known()
            fault = breaker.fault(element, kind, params, known.faults_made + 1)
            return breaker.break_(known, fault)[1]

    def mend(self, element: str | None = None) -> list[Fault]:
        """Mend all faults of an element (or the one fault of that id), or all there are; gives what was mended.

        Nodes that get power back have booted when it returns, and so have those that had died by themselves. Mending
        what is whole changes nothing.
        """
        breaker = self._breaker()
        with state.lock(self.where, seconds=state.LOCK_SECONDS):
            known = self.known()
            chosen = tuple(f for f in known.faults if element is None or element in (f.element, f.id))
            if not chosen and element is not None:
                breaker.kinds(element)
            breaker.mend(known, chosen)
            return list(chosen)

    def set(self, element: str, values: dict[str, str]) -> dict[str, Any]:
        """Set what a sensor shows or a state of the facility; the SNMP agents show it when this returns.

        Raises TwinFailure (exit code 2) for what cannot be set so, (7) when the building's agent does not answer.
        """
        return facility.set_(self.site, self.known(), element, values)

    def faults(self) -> tuple[Fault, ...]:
        """The faults in force."""
        return self.known().faults

    def _breaker(self) -> Breaker:
        return Breaker(self.site, self.where, self.topology, graph.build(self.site), self.log)

    # looking and reaching in

    def counters(self, link: str) -> dict[str, Counters]:
        """Node at the link's end -> what the kernel counted at its interface since the link was made."""
        wire = self._wire(link)
        with Ports(self._netns) as ports:
            return {plug.node: ports.counters(plug.node)[plug.interface] for plug in wire.ends}

    def carries(self, link: str) -> bool:
        """Whether both ends of a link are up and see a carrier."""
        wire = self._wire(link)
        with Ports(self._netns) as ports:
            return all(ports.carries(plug) for plug in wire.ends)

    def plugs(self, link: str) -> tuple[Plug, Plug]:
        """The interfaces at a link's two ends."""
        return self._wire(link).ends

    @property
    def _netns(self) -> Path:
        return Path(f"/proc/{self.known().world.pid}/root/run/netns")

    def netns_path(self, node: str) -> Path:
        """The node's network namespace, for setns(2) or `nsenter --net=`; it outlives the node's power."""
        self._must_be(node, "node", [n.name for n in self.topology.nodes])
        return self._netns / node

    def pid(self, node: str) -> int:
        """PID 1 of the node as this machine sees it. Raises TwinFailure (exit code 7) when the node has no power."""
        self._must_be(node, "node", [n.name for n in self.topology.nodes])
        process = self.known().nodes.get(node)
        if process is None or not process.alive():
            raise TwinFailure(
                f"{node} has no power",
                hint=f"mend it with `mroom twin mend {node}`",
                code="no-power",
                exit_code=UNREACHABLE,
            )
        return process.pid

    def command(self, node: str, argv: Sequence[str]) -> list[str]:
        """The argument list that runs `argv` as root in the node."""
        return ["nsenter", "-t", str(self.pid(node)), *_NAMESPACES, "--", *argv]

    def exec(
        self, node: str, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as root in a node; its exit code is the caller's to judge."""
        return subprocess.run(
            self.command(node, argv),
            input=stdin if stdin is not None else "",
            text=True,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=timeout,
            check=False,
        )

    def files(self, node: str) -> Path:
        """The node's root folder, seen from this machine."""
        return Path(f"/proc/{self.pid(node)}/root")

    def verbose(self, log: Callable[[str], None]) -> Twin:
        return replace(self, log=log)

    def _wire(self, link: str) -> Wire:
        self._must_be(link, "link", [w.name for w in self.topology.wires])
        wire = self.topology.wire(link)
        assert wire is not None
        return wire

    def _must_be(self, name: str, what: str, known: list[str]) -> None:
        if name not in known:
            close = difflib.get_close_matches(name, known)
            raise TwinFailure(
                f"no {what} {name!r} in the twin",
                hint=f"did you mean {' or '.join(close)}?" if close else f"`mroom twin status` lists the {what}s",
                code=f"unknown-{what}",
                exit_code=USAGE,
            )
