"""A real daemon on loopback, for as long as a test wants it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(program: str, words: Sequence[str], url: str, log: Path, seconds: float) -> Iterator[None]:
    """The program, from when it says that it is ready at `url`/-/ready until it has ended; it logs into a file."""
    assert shutil.which(program), f"Debian's {program} is missing: run script/setup"
    with log.open("wb") as out:
        process = subprocess.Popen([program, *words], stdout=out, stderr=out)
        try:
            _ready(process, f"{url}/-/ready", log, seconds)
            yield
        finally:
            process.terminate()
            process.wait(seconds)


def _ready(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError(f"{process.args} is not ready after {seconds} s")
