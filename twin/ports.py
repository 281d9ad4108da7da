"""Interfaces of nodes, handled over sockets that stay in the node's network namespace: microseconds, no program."""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from twin import linux
from twin.topology import Plug

_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_IFF_UP, _IFF_RUNNING = 0x1, 0x40
_IFREQ = struct.Struct("16sh22x")


@dataclass(frozen=True)
class Counters:
    """What the kernel counted at one end of a link."""

    rx_bytes: int
    rx_packets: int
    rx_dropped: int
    tx_bytes: int
    tx_packets: int
    tx_dropped: int


class Ports:
    """Interfaces of a twin's nodes. `netns` is the folder of the named network namespaces."""

    def __init__(self, netns: Path) -> None:
        self._netns = netns
        self._sockets: dict[str, socket.socket] = {}

    def __enter__(self) -> Ports:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._sockets.values():
            one.close()
        self._sockets.clear()

    def open(self, nodes: Iterable[str]) -> None:
        """Get ready for these nodes, so that what follows happens at once."""
        for node in nodes:
            if node not in self._sockets:
                with linux.inside(self._netns / node):
                    self._sockets[node] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def _flags(self, plug: Plug) -> int:
        self.open([plug.node])
        request = _IFREQ.pack(plug.interface.encode(), 0)
        answer = fcntl.ioctl(self._sockets[plug.node], _SIOCGIFFLAGS, request)
        return int(_IFREQ.unpack(answer)[1]) & 0xFFFF

    def is_set_up(self, plug: Plug) -> bool:
        """Whether the interface is administratively up."""
        return bool(self._flags(plug) & _IFF_UP)

    def carries(self, plug: Plug) -> bool:
        """Whether it is up and has a carrier: the other end is up too."""
        return self._flags(plug) & (_IFF_UP | _IFF_RUNNING) == _IFF_UP | _IFF_RUNNING

    def set_up(self, plug: Plug, *, up: bool) -> None:
        """Set an interface up or down. On a veth the other end sees its carrier come or go at once."""
        flags = self._flags(plug)
        wanted = flags | _IFF_UP if up else flags & ~_IFF_UP
        if wanted != flags:
            signed = wanted - 0x10000 if wanted & 0x8000 else wanted
            fcntl.ioctl(self._sockets[plug.node], _SIOCSIFFLAGS, _IFREQ.pack(plug.interface.encode(), signed))

    def counters(self, node: str) -> dict[str, Counters]:
        """Interface -> what the kernel counted since the link was made."""
        with linux.inside(self._netns / node):
            text = Path("/proc/thread-self/net/dev").read_text(encoding="ascii")
        return dict(_counters(line) for line in text.splitlines() if ":" in line)


def _counters(line: str) -> tuple[str, Counters]:
    name, _, rest = line.partition(":")
    numbers = [int(number) for number in rest.split()]
    return name.strip(), Counters(numbers[0], numbers[1], numbers[3], numbers[8], numbers[9], numbers[11])
