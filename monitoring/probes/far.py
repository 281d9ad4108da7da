"""A probe program that runs on a node and is led from here, over SSH or any other way of running a command there.

The program travels as text over the connection's input, so nothing has to be installed on a node but python3. When the
connection ends, for whatever reason, the program sees the end of its input and ends too.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shlex
import subprocess
import tempfile
import time
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

Reach = Callable[[str, str], list[str]]
"""(node, shell command) -> the argument list that runs the command on the node with its input and output connected."""

_BOOT = """\
import os, sys
want, text = int(sys.argv[1]), b""
while len(text) < want:
    piece = os.read(0, want - len(text))
    if not piece:
        sys.exit(1)
    text += piece
exec(compile(text, "probe", "exec"))
"""
# Real-time priority needs root; without sudo the program still runs, and says that it has no such priority.
_SHELL = 'S=; [ "$(id -u)" = 0 ] || {{ sudo -n true 2>/dev/null && S="sudo -n"; }}; exec $S python3 -c {boot} {size}'
START_SECONDS = 20.0
"""An SSH login and the start of python3 took 0.3 s in the twin; a machine with both CPUs busy needs a multiple."""

CLOSE_SECONDS = 2.0


class FarFailed(Exception):
    """A probe program could not be started or did not answer: nothing was measured."""

    exit_code, code = 7, "unreachable"
    hint = "see that the node is up and reachable: mroom check network, mroom twin status"

    def __init__(self, node: str, what: str) -> None:
        super().__init__(f"probe on {node}: {what}")
        self.node = node


def unpacked(text: str) -> array[int]:
    """int64 numbers as the agents pack them."""
    numbers: array[int] = array("q")
    numbers.frombytes(zlib.decompress(base64.b64decode(text)))
    return numbers


class Far:
    """One running probe program. `ask` sends a line and returns the next answer."""

    def __init__(self, node: str, reach: Reach, program: Path, config: dict[str, Any]) -> None:
        self.node = node
        text = program.read_bytes()
        command = _SHELL.format(boot=shlex.quote(_BOOT), size=len(text))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 closed in close()
        # A group of its own: Ctrl-C is for the one who leads, who then stops the probes in order.
        self._process = subprocess.Popen(
            reach(node, command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            process_group=0,
            bufsize=0,
        )
        self._rest = b""
        self._send(text + json.dumps(config).encode() + b"\n")

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(data)
        try:
            while view:
                view = view[self._process.stdin.write(view) :]
        except BrokenPipeError:
            raise self._failed("ended early") from None

    def _failed(self, what: str) -> FarFailed:
        self._errors.seek(0)
        last = self._errors.read().decode(errors="replace").strip().splitlines()[-1:]
        return FarFailed(self.node, f"{what}: {last[0]}" if last else what)

    def answer(self, seconds: float = START_SECONDS) -> dict[str, Any]:
        """The next line that the program writes. FarFailed when none comes in time."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise self._failed(f"no answer in {seconds:.0f} s")
            data = os.read(self._process.stdout.fileno(), 1 << 20)
            if not data:
                self._process.wait(5)
                raise self._failed("ended early")
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        document: dict[str, Any] = json.loads(line)
        return document

    def tell(self, line: str) -> None:
        self._send(line.encode() + b"\n")

    def ask(self, line: str, seconds: float = START_SECONDS) -> dict[str, Any]:
        self._send(line.encode() + b"\n")
        return self.answer(seconds)

    def close(self) -> None:
        """End it, and wait until it is gone. Never raises for a program that is already gone."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its node is cut off: there the program ends at the end of its time
            self._process.wait()
        self._errors.close()
