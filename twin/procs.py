"""Processes of a node, as this machine sees them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

_ROUNDS = 100
"""A process may fork while its node is being stopped; each round finds only what the last one missed."""


def _namespace(pid: int, kind: str) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/{kind}").readlink())
    except OSError:
        return None


def all_pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 no Path for each of thousands


def of_node(pid: int) -> list[int]:
    """Everything that runs in the pid namespace of a node's PID 1, itself included."""
    wanted = _namespace(pid, "pid")
    return [other for other in all_pids() if wanted and _namespace(other, "pid") == wanted]


def firsts_in(netns: Path) -> list[int]:
    """PID 1 of every node that runs in a network namespace: one, none, or what a killed runner left unrecorded."""
    info = netns.stat()
    found = []
    for pid in all_pids():
        if _namespace(pid, "net") == f"net:[{info.st_ino}]" and _is_first(pid):
            found.append(pid)
    return found


def _is_first(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
    return numbers[-1:] == ["1"]


def stop(pid: int) -> None:
    """SIGSTOP all processes of a node, until none is left that was not."""
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        fresh = [other for other in of_node(pid) if other not in stopped]
        if not fresh:
            return
        for other in fresh:
            _signal(other, signal.SIGSTOP)
        stopped.update(fresh)


def go_on(pid: int) -> None:
    """SIGCONT all processes of a node."""
    for other in of_node(pid):
        _signal(other, signal.SIGCONT)


def named(pid: int, name: str) -> list[int]:
    """Processes of a node whose program has this name (15 letters of it count)."""
    found = []
    for other in of_node(pid):
        try:
            if Path(f"/proc/{other}/comm").read_text(encoding="utf-8", errors="replace").strip() == name[:15]:
                found.append(other)
        except OSError:
            continue
    return found


def kill(pids: list[int]) -> None:
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
