"""`Twin`: the booted room as programs use it. It is opened for one piece of work and then thrown away."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.model import Site
from twin import state
from twin.failure import UNREACHABLE, USAGE, TwinFailure
from twin.node import ENVIRONMENT
from twin.topology import Topology, derive

_NAMESPACES = ("-m", "-u", "-i", "-n", "-p")


@dataclass(frozen=True)
class Twin:
    """A twin that is up. `where` is MROOM_STATE."""

    site: Site
    where: Path
    topology: Topology

    @classmethod
    def open(cls, site: Site, where: Path) -> Twin:
        """Raises TwinFailure when no twin of this state is up."""
        twin = cls(site, where.resolve(), derive(site))
        twin.known()
        return twin

    def known(self) -> state.State:
        """What is written down, as of now. Raises TwinFailure when the twin is not up."""
        known = state.load(self.where)
        if known is None or not known.up or not known.world.alive():
            raise TwinFailure(
                f"no twin is up in {self.where}",
                hint="boot it with `mroom twin up`",
                code="down",
                exit_code=UNREACHABLE,
            )
        return known

    def netns_path(self, node: str) -> Path:
        """The node's network namespace, for setns(2) or `nsenter --net=`; it outlives the node's power."""
        self._must_know(node)
        return Path(f"/proc/{self.known().world.pid}/root/run/netns/{node}")

    def pid(self, node: str) -> int:
        """PID 1 of the node as this machine sees it. Raises TwinFailure when the node has no power."""
        self._must_know(node)
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
            input=stdin,
            text=True,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=timeout,
            check=False,
        )

    def files(self, node: str) -> Path:
        """The node's root folder, seen from this machine."""
        return Path(f"/proc/{self.pid(node)}/root")

    def _must_know(self, node: str) -> None:
        if self.topology.node(node) is None:
            import difflib

            close = difflib.get_close_matches(node, [n.name for n in self.topology.nodes])
            raise TwinFailure(
                f"no node {node!r} in the twin",
                hint=f"did you mean {', '.join(close)}?" if close else "`mroom twin status` lists the nodes",
                code="unknown-node",
                exit_code=USAGE,
            )


def status(site: Site, where: Path) -> dict[str, Any]:
    """What `mroom twin status` prints; answers too when no twin is up."""
    known = state.load(where)
    up = known is not None and known.up and known.world.alive()
    topology = derive(site)
    return {
        "up": up,
        "nodes": [
            {"name": n.name, "kind": n.kind, "building": n.building, "state": _state(known, n.name) if up else "off"}
            for n in topology.nodes
        ],
        "faults": [fault.document() for fault in known.faults] if known and up else [],
    }


def _state(known: state.State | None, node: str) -> str:
    process = known.nodes.get(node) if known else None
    if process is None or not process.alive():
        return "off"
    return "up" if Path(f"/proc/{process.pid}/root/run/mroom/up").exists() else "starting"
