"""The world: the outer namespaces that hold a whole twin, seen from the host. When its PID 1 ends, all in it ends."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin import state as book
from twin.failure import TwinFailure
from twin.init import COMMIT, MARK
from twin.order import Order
from twin.process import Process

_END_SECONDS = 60.0
"""Killing a whole world takes 0.2 s on an idle machine with two cores; the rest is for a very busy one."""
_MESSAGE_BYTES = 65536
_ROOT = Path(__file__).resolve().parent.parent


def python(module: str, *arguments: str) -> list[str]:
    """The argument list of one of the small programs of this folder that run in and around a world."""
    # -S leaves site-packages out: such a Python starts in 15 ms and weighs 9 MB. What runs so uses nothing else.
    code = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from twin.{module} import main; main()"
    return [sys.executable, "-S", "-E", "-P", "-c", code, *arguments]


@dataclass
class World:
    """A world and our end of its lifeline."""

    process: Process
    _lifeline: int

    def commit(self) -> None:
        """From now on the world lives until `down`."""
        os.write(self._lifeline, COMMIT)
        self.let_go()

    def let_go(self) -> None:
        """Close the lifeline: without a commit before, that ends the world."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def create(state: Path) -> World:
    """Make an empty world. It ends when this process does, until `commit`."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    try:
        argv = python("init", str(reading), MARK, str(state))
        made = subprocess.run(argv, pass_fds=[reading], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    words = dict(line.partition(" ")[::2] for line in made.stdout.decode().splitlines())
    process = Process.of(int(words["pid"])) if "pid" in words else None
    if process is None or "ready" not in words:
        os.close(writing)
        what = words.get("error") or made.stderr.decode(errors="replace").strip().rpartition("\n")[2] or "it ended"
        raise TwinFailure(f"the outer namespaces could not be made: {what}", hint="run it as root", code="world")
    return World(process, writing)


def find(state: Path) -> list[Process]:
    """All worlds of this state folder, also those that nothing was written down about."""
    wanted = [MARK.encode(), str(state).encode()]
    found = []
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            words = (path / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        process = Process.of(int(path.name)) if words[-2:] == wanted else None
        if process:
            found.append(process)
    return found


def end(state: Path) -> bool:
    """End every world of this state folder and remove its files, but for keys and known_hosts. True if any was."""
    written = book.load(state)
    worlds = find(state)
    if written and written.world.alive() and written.world not in worlds:
        worlds.append(written.world)
    stubborn = [world.pid for world in worlds if not world.kill(_END_SECONDS)]
    if stubborn:
        raise TwinFailure(
            f"process {stubborn[0]} did not end within {_END_SECONDS:g} s of SIGKILL",
            hint="look at /proc/PID/stack for what it waits on, then run `mroom twin down` again",
            code="down",
        )
    there = book.folder(state).exists()
    if there:
        shutil.rmtree(book.folder(state))
    return bool(worlds) or there


@contextmanager
def _reports() -> Iterator[tuple[socket.socket, int]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        yield ours, theirs.detach()


def build(order: Order, step: Callable[[str], None]) -> dict[str, Process]:
    """Run the builder inside the world; gives PID 1 of each node that it booted. `step` hears what is being made."""
    with _reports() as (ours, theirs):
        argv = python("build", str(theirs))
        # A session of its own: Ctrl-C is for the runner alone, which then ends the world and with it the builder.
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[theirs], start_new_session=True
        ) as process:
            os.close(theirs)
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(order.dump().encode())
            process.stdin.close()
            booted, errors = _listen(ours, step)
            said = process.stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
    missing = [node.name for node in order.nodes if node.name not in booted]
    if errors or missing or process.returncode:
        what = "; ".join(errors) or said or f"not booted: {', '.join(missing)}"
        raise TwinFailure(f"the twin could not be made: {what}", hint="mend what the sentence names", code="build")
    return booted


def _listen(ours: socket.socket, step: Callable[[str], None]) -> tuple[dict[str, Process], list[str]]:
    booted: dict[str, Process] = {}
    errors: list[str] = []
    while True:
        data, ancillary, _, _ = ours.recvmsg(_MESSAGE_BYTES, socket.CMSG_SPACE(12))
        if not data:
            return booted, errors
        message: dict[str, Any] = json.loads(data)
        if "step" in message:
            step(message["step"])
        if "error" in message:
            errors.append(message["error"])
        if "node" in message:
            process = Process.of(_sender(ancillary))
            if process:
                booted[message["node"]] = process


def _sender(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The pid in the credentials that the kernel added; translated to our pid namespace."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return int.from_bytes(data[:4], sys.byteorder)
    raise TwinFailure("the kernel passes no credentials over unix sockets", hint="use a newer kernel", code="kernel")
