"""The recipe of one node: mounts, processes, host name and IPC of its own over its own root, in its network namespace.

The network namespace is named and owned by the world, not by the node: if it died with the node's processes, its veths
would vanish and the *neighbour's* interface with them, which no real cable does. Standard library only.
"""

from __future__ import annotations

import grp
import os
import pwd
import resource
import signal
import socket
from pathlib import Path

from twin import linux
from twin.init import RUN
from twin.order import NodeOrder, Put

BOOT = "/usr/lib/mroom/boot"
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "linux",
}
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}
_OPEN_FILES = 65536
"""Soft limit that databases and proxies want; PID 1 hands it on to every daemon."""


def separate() -> None:
    """New mount, UTS, IPC and (for the next child) pid namespaces, in the node's network namespace."""
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWPID)


def _mount_root(folder: Path) -> None:
    linux.make_mounts_private()
    data = f"lowerdir={RUN}/base,upperdir={folder}/upper,workdir={folder}/work"
    linux.mount("overlay", f"{RUN}/root", "overlay", 0, data)
    # An overlay does not cross mounts: these would be empty folders. sysfs shows the network namespace of whoever
    # mounts it, so it must come after entering the node's.
    harmless = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("proc", f"{RUN}/root/proc", "proc", harmless | linux.MS_NOEXEC)
    linux.mount("sysfs", f"{RUN}/root/sys", "sysfs", harmless | linux.MS_NOEXEC)
    linux.mount("tmpfs", f"{RUN}/root/dev", "tmpfs", linux.MS_NOSUID, "mode=755")
    linux.mount("tmpfs", f"{RUN}/root/run", "tmpfs", harmless, "mode=755")
    linux.mount("tmpfs", f"{RUN}/root/tmp", "tmpfs", harmless, "mode=1777")
    linux.pivot_root(f"{RUN}/root")


def _furnish_dev() -> None:
    for name, (major, minor) in _DEVICES.items():
        os.mknod(f"/dev/{name}", 0o020666, os.makedev(major, minor))
    for name, target in _LINKS.items():
        Path("/dev", name).symlink_to(target)
    for folder in ("/dev/pts", "/dev/shm", "/run/sshd", "/run/lock", "/run/mroom"):  # noqa: S108 the node's own
        Path(folder).mkdir(mode=0o755)
    options = "newinstance,ptmxmode=0666,mode=620,gid=5"
    linux.mount("devpts", "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, options)
    linux.mount("tmpfs", "/dev/shm", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777")  # noqa: S108 same


def owner(text: str) -> tuple[int, int]:
    """`user` or `user:group` as numbers, from the root that this process is in."""
    user, _, group = text.partition(":")
    entry = pwd.getpwnam(user)
    return entry.pw_uid, grp.getgrnam(group).gr_gid if group else entry.pw_gid


def write(put: Put) -> None:
    """Write one file; folders that are missing above it belong to the owner of the file."""
    uid, gid = owner(put.owner)
    path = Path("/", put.path)
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700 if folder.name == ".ssh" else 0o755)
        os.chown(folder, uid, gid)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(put.content)
        os.fchown(fd, uid, gid)
        os.fchmod(fd, put.mode)


def live(order: NodeOrder) -> None:
    """Become PID 1 of the node: mounts, files, host name. The caller then tells the runner and calls `start`."""
    os.setsid()
    os.umask(0)
    _mount_root(Path(order.folder))
    _furnish_dev()
    os.umask(0o022)
    socket.sethostname(order.name)
    for put in order.files:
        write(put)
    if order.held:
        lines = "".join(f"link set {interface} up\n" for interface in order.held)
        Path("/run/mroom/held").write_text(lines, encoding="ascii")


def start() -> None:
    """Hand PID 1 over to tini (it reaps, and Ansible knows it as a machine with SysV scripts) and boot."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    # Python ignores SIGPIPE, and what is ignored stays so in every program that a node ever runs.
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.execve("/usr/bin/tini", ["tini", "-s", "--", "/bin/sh", BOOT], ENVIRONMENT)  # noqa: S606 no shell is wanted
