"""PID 1 of the world: makes the namespaces that hold the whole twin, and ends them when it ends.

Until the runner says that the twin is up, its end of the lifeline is the world's life: when the runner dies, however
it dies, the pipe closes, this process exits and the kernel ends everything in its pid namespace. A pipe is used rather
than PR_SET_PDEATHSIG because that signal is tied to the *thread* that forked and is lost when the runner has died
before it was asked for. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from pathlib import Path

from twin import linux

MARK = "mroom-twin-world"
"""Second last argument of this process; the last one is the state folder. `down` finds worlds without a state by it."""
COMMIT = b"u"
RUN = "/run/mroom"


def _reap(_number: int, _frame: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _let_go_of_mounts(needed: list[Path]) -> None:
    """Detach whatever this machine has mounted that a twin does not need: else its disks could not be unmounted for as
    long as the twin is up."""
    points = [Path(line.split()[4].encode().decode("unicode_escape")) for line in _mountinfo().splitlines()]
    for point in sorted(points, key=lambda path: len(path.parts), reverse=True):
        if point.parts[1:2] in ((), ("proc",), ("dev",)) or any(path.is_relative_to(point) for path in needed):
            continue
        with contextlib.suppress(OSError):  # gone with the one above it
            linux.unmount_lazily(str(point))


def _mountinfo() -> str:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def _furnish(state: Path) -> None:
    linux.make_mounts_private()
    # What runs here needs the state, this code, and the Python that reads it.
    _let_go_of_mounts([state, Path(__file__).resolve(), Path(sys.base_prefix).resolve()])
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.mount("sysfs", "/sys", "sysfs", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    # A tmpfs over /run: the host's /run/netns stays as it is, and nothing of ours outlives this mount namespace.
    linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755")
    for folder in ("/run/netns", f"{RUN}/mask", f"{RUN}/base", f"{RUN}/root"):
        Path(folder).mkdir(parents=True)


def _live(lifeline: int) -> None:
    signal.signal(signal.SIGCHLD, _reap)
    select.select([lifeline], [], [])
    if os.read(lifeline, 1) != COMMIT:
        os._exit(1)
    os.close(lifeline)
    while True:
        signal.pause()


def main() -> None:
    """argv: file descriptor of the lifeline, `MARK`, state folder. Says `pid N` and `ready` on stdout."""
    lifeline = int(sys.argv[1])
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
    child = os.fork()
    if child:
        os.write(1, f"pid {child}\n".encode())
        os._exit(0)
    os.setsid()
    linux.name_process("mroom-world")
    try:
        _furnish(Path(sys.argv[-1]))
        os.write(1, b"ready\n")
    except OSError as error:
        os.write(1, f"error {error}\n".encode())
        os._exit(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.chdir("/")
    _live(lifeline)
