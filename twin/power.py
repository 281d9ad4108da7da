"""Power of nodes: off is SIGKILL for PID 1 once its links are down; on is a boot from what is on the node's disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from twin import procs, state, world
from twin.failure import TwinFailure
from twin.order import NodeOrder, Order
from twin.process import Process
from twin.wait import until

_OFF_SECONDS = 10.0
_BOOT_SECONDS = 60.0
"""A node boots in 0.1 s (a router in 0.5 s) on an idle machine."""


def off(known: state.State, nodes: Iterable[str]) -> state.State:
    """Kill the nodes' PID 1, all at once, and with them all that runs on them."""
    running = {name: known.nodes[name] for name in nodes if name in known.nodes}
    for process in running.values():
        if process.alive():
            os.kill(process.pid, signal.SIGKILL)
    for name, process in running.items():
        if not process.kill(_OFF_SECONDS):
            raise TwinFailure(f"{name}: process {process.pid} does not end", hint="try again", code="power")
        known = known.with_node(name, None)
    return known


def on(where: Path, known: state.State, held: Mapping[str, tuple[str, ...]], log: Callable[[str], None]) -> state.State:
    """Boot the nodes of `held` (node -> interfaces that stay down) and wait until each has started all that it has."""
    nodes = [name for name in held if name not in known.nodes or not known.nodes[name].alive()]
    if not nodes:
        return known
    log(f"power on: {', '.join(nodes)}")
    netns = Path(f"/proc/{known.world.pid}/root/run/netns")
    for name in nodes:
        procs.kill(procs.firsts_in(netns / name))  # two lives on one disk would ruin it
    orders = tuple(NodeOrder(name, str(state.folder(where) / "nodes" / name), held=held[name]) for name in nodes)
    booted = world.build(Order(world=known.world.pid, nodes=orders), lambda _: None)
    left = until(lambda: [name for name in nodes if not has_booted(booted[name])], _BOOT_SECONDS)
    if left:
        raise TwinFailure(
            f"not booted after {_BOOT_SECONDS:g} s: {', '.join(left)}",
            hint="see /var/log/boot.log on the node with `mroom twin shell`",
            code="power",
        )
    return replace(known, nodes={**known.nodes, **booted})


def has_booted(process: Process) -> bool:
    """Whether the node's boot script has come to its end."""
    return Path(f"/proc/{process.pid}/root/run/mroom/up").exists()
