"""One daemon of a node: killed by a fault, started again by mending it."""

from __future__ import annotations

import datetime as dt
import subprocess

from twin import procs, state
from twin.failure import UNREACHABLE, USAGE, TwinFailure
from twin.node import BOOT, ENVIRONMENT
from twin.process import Process
from twin.topology import Topology
from twin.wait import until

_GONE_SECONDS = 10.0
_MAIN = {"router": "ospfd", "carrier": "bgpd"}
"""Kind of node -> the daemon that makes it what it is; sshd for all others."""


def main_of(topology: Topology, node: str) -> str:
    found = topology.node(node)
    return _MAIN.get(found.kind if found else "", "sshd")


def kill(known: state.State, node: str, daemon: str) -> dt.datetime:
    """SIGKILL all processes of a daemon; gives the moment. Raises TwinFailure when none runs."""
    process = known.nodes.get(node)
    if process is None or not process.alive():
        raise TwinFailure(
            f"{node} has no power", hint=f"mend it with `mroom twin mend {node}`", code="power", exit_code=UNREACHABLE
        )
    pids = procs.named(process.pid, daemon)
    if not pids:
        raise TwinFailure(
            f"no {daemon} runs on {node}",
            hint=f"see what does: mroom twin shell {node} -- ps ax",
            code="daemon",
            exit_code=USAGE,
        )
    running = [one for pid in pids if (one := Process.of(pid))]
    began = dt.datetime.now(dt.UTC)
    procs.kill(pids)
    left = until(lambda: [str(one.pid) for one in running if one.alive()], _GONE_SECONDS)
    if left:
        raise TwinFailure(f"{daemon} on {node} does not end", hint="try again", code="daemon")
    return began


def start(known: state.State, node: str) -> None:
    """Start what is configured on a node and does not run: what its boot script does, without touching what runs."""
    process = known.nodes.get(node)
    if process is None or not process.alive():
        return  # it starts with the node
    argv = ["nsenter", "-t", str(process.pid), "-m", "-u", "-i", "-n", "-p", "--", "/bin/sh", BOOT, "again"]
    subprocess.run(argv, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
