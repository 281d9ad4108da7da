"""The process that puts the room back when the runner of a drill dies.

It stands in a session of its own, so that whatever ends the runner's group does not end it. The runner sends a beat
every second over a pipe; 3 s after the last one, or when the pipe ends, the guard acts.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

BEAT_SECONDS = 1.0
SILENCE_SECONDS = 3.0
READY_SECONDS = 60.0
BEAT, DONE, READY = b".", b"!", b"r"


def deaf(_number: int, _frame: FrameType | None) -> None:
    """A signal that does nothing. Unlike SIG_IGN it is not handed down to what mending starts: nodes and daemons."""


class GuardLost(Exception):
    """There is no guard any more: without one nothing may stay broken."""

    exit_code, code = 6, "guard-lost"
    hint = "look at guard.log in the run's folder, then run it again"


class Guard:
    """The runner's side of it."""

    def __init__(self, command: list[str], log: Path) -> None:
        """Start the guard and wait until it stands. Raises GuardLost."""
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="guard", daemon=True)
        assert self._process.stdout is not None
        answered, _, _ = select.select([self._process.stdout], [], [], READY_SECONDS)
        if not answered or os.read(self._process.stdout.fileno(), 1) != READY:
            self._process.kill()
            self._process.wait()
            raise GuardLost(f"the guard did not start; see {log}")
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _send(self, what: bytes) -> None:
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), what)

    def _beat(self) -> None:
        while not self._stop.is_set():
            try:
                self._send(BEAT)
            except OSError:
                return  # it is gone; `check` tells the runner
            self._stop.wait(BEAT_SECONDS)

    def check(self) -> None:
        """Raise GuardLost when it is gone, or has acted: call it before each step."""
        if self._process.poll() is not None:
            raise GuardLost("the guard has ended: it was killed, or it took this runner for dead and acted")

    def dismiss(self, *, whole: bool) -> None:
        """Send it home when the room is whole; else leave it to its work. Harmless when it is gone."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(OSError):  # gone already
            if whole:
                self._send(DONE)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        if whole:
            self._process.wait()


def stand(act: Callable[[], None], source: int = 0, sink: int = 1) -> bool:
    """The guard's own life: wait for beats, act when they end. Returns whether it acted."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, deaf)  # only SIGKILL ends a guard, and then `drill recover` is left
    os.write(sink, READY)
    while select.select([source], [], [], SILENCE_SECONDS)[0]:
        heard = os.read(source, 4096)
        if DONE in heard:
            return False
        if not heard:
            break
    act()
    return True
