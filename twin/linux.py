"""The system calls that Python 3.11 does not offer. Standard library only: the world's own processes import this."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2

PR_SET_NAME = 15
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(flags: int) -> None:
    """Move this thread (for a new pid namespace: its next children) into new namespaces."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(fd: int, kind: int) -> None:
    """Move this thread into the namespace that `fd` stands for (for a pid namespace: its next children)."""
    _checked(_libc.setns(ctypes.c_int(fd), ctypes.c_int(kind)), "setns")


def enter(path: str | Path, kind: int) -> None:
    """`setns` into the namespace behind a path such as /proc/7/ns/net."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(fd, kind)
    finally:
        os.close(fd)


@contextmanager
def inside(netns: str | Path) -> Iterator[None]:
    """Be in another network namespace for a moment; sockets opened there stay there. Only this thread moves."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(netns, CLONE_NEWNET)
        try:
            yield
        finally:
            setns(home, CLONE_NEWNET)
    finally:
        os.close(home)


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """mount(2); the error names the target."""
    result = _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode() or None)
    _checked(result, target)


def unmount_lazily(target: str) -> None:
    """Detach a mount now; it goes when nobody uses it any more."""
    _checked(_libc.umount2(target.encode(), ctypes.c_int(MNT_DETACH)), target)


def make_mounts_private() -> None:
    """What is mounted from here on is seen by nobody outside this mount namespace."""
    mount("none", "/", "none", MS_REC | MS_PRIVATE)


def pivot_root(root: str) -> None:
    """Make `root` the root directory and let go of the old one."""
    os.chdir(root)
    _checked(_libc.syscall(ctypes.c_long(SYS_PIVOT_ROOT[os.uname().machine]), b".", b"."), root)
    unmount_lazily(".")
    os.chdir("/")


def name_process(name: str) -> None:
    """The name that `ps -o comm` shows; at most 15 bytes."""
    _libc.prctl(ctypes.c_int(PR_SET_NAME), name.encode()[:15], 0, 0, 0)
