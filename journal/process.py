"""Which process somebody is, so that another process can tell whether that one still lives."""

from __future__ import annotations

import getpass
import os
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Process:
    """A process of one boot of one machine; a process id alone is used again after some time."""

    machine: str
    """Boot id and pid namespace: pids mean nothing outside them."""
    pid: int
    started: int
    """Clock ticks after boot (proc(5), stat, field 22)."""

    @staticmethod
    def of(pid: int | None = None) -> Process:
        """The process with that pid, by default this one. Raises ProcessLookupError when there is none."""
        number = os.getpid() if pid is None else pid
        started = _started(number)
        if started is None:
            raise ProcessLookupError(f"no process {number}")
        return Process(machine(), number, started)

    def gone(self) -> bool:
        """True when the process has certainly ended. Unknown (another machine) is not gone."""
        return self.machine == machine() and _started(self.pid) != self.started

    def document(self) -> dict[str, Any]:
        return asdict(self)


@cache
def machine() -> str:
    """This boot of this machine, and the pid namespace that we are in."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot} {Path('/proc/self/ns/pid').readlink()}"


def _started(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold spaces and parentheses itself: count from the last one.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def person() -> str:
    """Who works here: the one behind sudo, else the owner of the process."""
    user = os.environ.get("SUDO_USER")
    if user:
        return user
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a uid without an entry in passwd
        return f"uid {os.getuid()}"
