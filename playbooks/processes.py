"""Ends every process of a run. They carry a mark in their environment, since Ansible's workers, mitogen's helpers and
ssh's control masters leave the session and the parent that they were born with."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

VARIABLE = "MROOM_RUN"
DEADLINE_SECONDS = 10.0
"""SIGKILL needs milliseconds; a process in an uninterruptible wait for a disk may need longer."""


def marked(mark: str) -> list[int]:
    """The processes that have `MROOM_RUN=mark` in their environment, without this one."""
    wanted = f"{VARIABLE}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):  # it has ended, or belongs to somebody else
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def end_all(mark: str) -> None:
    """End them, and those that they start meanwhile, by SIGKILL."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := marked(mark)) and time.monotonic() < deadline:
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)  # for the kernel to take them away
