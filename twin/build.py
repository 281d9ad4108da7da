"""The builder: runs inside the world, makes what an `Order` says, and tells the runner how it goes.

It is a process of its own, not a fork of the command line: a fork of a small process costs a tenth of a fork of one
that has pydantic and netmiko in memory, and there are two forks a node. It is born in the world's pid namespace, and
so ends with the world. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from twin import linux, mask, node
from twin.init import RUN
from twin.order import NodeOrder, Order


class Reporter:
    """Messages to the runner. The kernel adds the sender's pid to each, as the runner sees it."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        os.set_inheritable(fd, False)  # noqa: FBT003 it takes no keyword

    def say(self, **message: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the runner has been told to stop, and ends the world
            self._socket.send(json.dumps(message).encode())

    def guard(self, what: str, step: Callable[[], None]) -> None:
        """Run a step in a child that must not return; a failure becomes a message that names `what`."""
        try:
            step()
        except OSError as error:
            self.say(error=f"{what}: {error.strerror}: {error.filename}" if error.filename else f"{what}: {error}")
        except Exception:
            self.say(error=f"{what}: {traceback.format_exc()}")
        os._exit(1)


def _wait_for_all(children: dict[int, str]) -> bool:
    failed = False
    while children:
        pid, status = os.wait()
        if children.pop(pid, None) is not None and status:
            failed = True
    return not failed


def _make_netns(names: list[str]) -> None:
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    for name in names:
        path = Path("/run/netns", name)
        path.touch()
        linux.unshare(linux.CLONE_NEWNET)
        for which in ("all", "default"):
            # The site is IPv4; router solicitations and duplicate address detection would blur the packet counters.
            Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6").write_text("1", encoding="ascii")
        linux.mount("/proc/self/ns/net", str(path), "none", linux.MS_BIND)
    linux.setns(home, linux.CLONE_NEWNET)
    os.close(home)


def _make_links(lines: tuple[str, ...]) -> None:
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip -batch: {done.stderr.strip()}")


def _boot(order: NodeOrder, report: Reporter) -> None:
    for folder in ("upper", "work"):
        Path(order.folder, folder).mkdir(parents=True, exist_ok=True)
    linux.enter(f"/run/netns/{order.name}", linux.CLONE_NEWNET)
    node.separate()
    if os.fork():
        os._exit(0)  # the node's PID 1 now belongs to the world's

    def be_pid_1() -> None:
        node.live(order)
        report.say(node=order.name)
        node.start()

    report.guard(order.name, be_pid_1)


def _boot_all(orders: tuple[NodeOrder, ...], report: Reporter) -> bool:
    children: dict[int, str] = {}
    for order in orders:
        pid = os.fork()
        if pid == 0:
            report.guard(order.name, lambda order=order: _boot(order, report))  # type: ignore[misc]
        children[pid] = order.name
    return _wait_for_all(children)


def _enter_world(pid: int) -> None:
    # All are opened before the first is entered: after that, /proc is the world's own.
    kinds = {
        "mnt": linux.CLONE_NEWNS,
        "uts": linux.CLONE_NEWUTS,
        "ipc": linux.CLONE_NEWIPC,
        "net": linux.CLONE_NEWNET,
    }
    opened = {os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC): flag for kind, flag in kinds.items()}
    for fd, flag in opened.items():
        linux.setns(fd, flag)
        os.close(fd)


def _build(order: Order, report: Reporter) -> None:
    _enter_world(order.world)
    if order.found:
        report.say(step="shared layer")
        mask.make(Path(RUN, "mask"), order.hide, order.shared)
        linux.mount("overlay", f"{RUN}/base", "overlay", 0, f"lowerdir={RUN}/mask:/")
        report.say(step="network namespaces")
        _make_netns([item.name for item in order.nodes])
        report.say(step="links")
        _make_links(order.links)
    report.say(step="nodes")
    os._exit(0 if _boot_all(order.nodes, report) else 1)


def main() -> None:
    """argv: file descriptor of the report socket; the order comes on stdin."""
    report = Reporter(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner decides what Ctrl-C means
    order = Order.load(sys.stdin.read())
    linux.enter(f"/proc/{order.world}/ns/pid", linux.CLONE_NEWPID)
    child = os.fork()
    if child == 0:
        report.guard("the world", lambda: _build(order, report))
    _, status = os.waitpid(child, 0)
    sys.exit(0 if status == 0 else 1)
