"""A lock file: held by a process, let go by the kernel when that process ends in whatever way."""

from __future__ import annotations

import fcntl
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journal.errors import JournalError

POLL_SECONDS = 0.01


@contextmanager
def locked(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of `path`. Raises JournalError when another process keeps it for longer than `wait_seconds`."""
    deadline = time.monotonic() + wait_seconds
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"another process has kept {path} locked for {wait_seconds:.0f} s"
                    raise JournalError(message, f"find it with `fuser {path}` and end it") from None
                select.select([], [], [], POLL_SECONDS)
        yield
    finally:
        os.close(handle)
