"""Silence, loss and rate of links: nftables and tbf in the nodes' network namespaces; they outlive a power cut."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from twin.damage import Damage
from twin.failure import TwinFailure
from twin.topology import Plug, Topology

TABLE = "netdev mroom_fault"
_PER = 100000
"""Losses are drawn as one number of this many: a share of 0.001 % can be told."""
_KERNEL_HZ = 100
"""The slowest timer of a common kernel: a bucket must hold what one tick lets through."""
_SMALLEST_BUCKET = 4096
"""Bytes; holds two full frames."""


class Filters:
    """What must be dropped or slowed at every interface, by damage."""

    def __init__(self, netns: Path, topology: Topology) -> None:
        self._netns, self._topology = netns, topology

    def apply(self, damage: Damage, nodes: Iterable[str]) -> None:
        """Make it so in the given nodes' namespaces, whatever is there now. All ends at once."""
        running = [process for node in nodes for process in self._start(damage, node)]
        problems = []
        for process in running:
            _, error = process.communicate()
            if process.returncode:
                problems.append(f"{' '.join(map(str, process.args))}: {error.strip()}")  # type: ignore[arg-type]
        if problems:
            raise TwinFailure(
                "; ".join(problems), hint="see whether the kernel has nftables netdev and tbf", code="nft"
            )

    def _start(self, damage: Damage, node: str) -> Iterator[subprocess.Popen[str]]:
        yield self._run(node, ["nft", "-f", "-"], self._ruleset(damage, node))
        yield self._run(node, ["tc", "-batch", "-"], self._queues(damage, node))

    def _run(self, node: str, argv: list[str], text: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            ["nsenter", f"--net={self._netns / node}", "--", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it ended early: its exit code and its words tell why
            process.stdin.write(text)
            process.stdin.close()
        process.stdin = None
        return process

    def _plugs(self, node: str) -> Iterator[tuple[str, Plug]]:
        for wire in self._topology.wires_of(node):
            yield wire.name, next(plug for plug in wire.ends if plug.node == node)

    def _ruleset(self, damage: Damage, node: str) -> str:
        loss = dict(damage.loss)
        chains = []
        for number, (link, plug) in enumerate(self._plugs(node)):
            head = f'device "{plug.interface}" priority -500'
            if link in damage.silent:
                chains.append(f"chain in{number} {{ type filter hook ingress {head}; policy drop; }}")
                chains.append(f"chain out{number} {{ type filter hook egress {head}; policy drop; }}")
            elif link in loss:  # at the receiving end only: each direction loses its share once
                draw = f"numgen random mod {_PER} < {round(loss[link] * _PER)} drop"
                chains.append(f"chain in{number} {{ type filter hook ingress {head}; policy accept; {draw}; }}")
        lines = [f"table {TABLE}", f"delete table {TABLE}"]
        if chains:
            lines += [f"table {TABLE} {{", *chains, "}"]
        return "\n".join(lines) + "\n"

    def _queues(self, damage: Damage, node: str) -> str:
        rate = dict(damage.rate)
        lines = []
        for link, plug in self._plugs(node):
            if link in rate:
                bucket = max(_SMALLEST_BUCKET, round(rate[link] / 8 / _KERNEL_HZ))
                lines.append(
                    f"qdisc replace dev {plug.interface} root tbf rate {round(rate[link])}bit"
                    f" burst {bucket} latency 50ms"
                )
            else:
                lines.append(f"qdisc replace dev {plug.interface} root noqueue")
        return "\n".join(lines) + "\n"
