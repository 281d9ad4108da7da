"""The socket and the queue behind it: read at once, worked off in between, and what did not fit is counted."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any

BUFFER_BYTES = 4 * 1024 * 1024
"""Asked of the kernel, which grants it beyond net.core.rmem_max to those who may administer the network."""
QUEUE = 65_536
"""Messages; at 2,000 a second half a minute, and less than 30 MB."""
AT_ONCE, TURN = 512, 32
"""Messages that are read, and worked off, before the other is looked after."""
LARGEST = 65_535
_FORCE = 33
"""SO_RCVBUFFORCE of Linux, which Python does not name."""
_SO_MEMINFO, _DROPS = 55, 8
"""SO_MEMINFO of Linux, and the place of SK_MEMINFO_DROPS in it (include/uapi/linux/sock_diag.h)."""


class Intake:
    """One UDP socket. `work` is called with each message, its sender and when it came."""

    def __init__(self, host: str, port: int, work: Callable[[bytes, Any, float], None]) -> None:
        """Raises OSError where it cannot listen there."""
        self._work = work
        self._queue: deque[tuple[bytes, Any, float]] = deque()
        self._some = asyncio.Event()
        self.overflowed = 0
        """Messages that the queue had no place for."""
        family = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0][0]
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self.socket.settimeout(0)
            self._grow()
            self.socket.bind((host, port))
        except BaseException:
            self.socket.close()
            raise

    def _grow(self) -> None:
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, _FORCE, BUFFER_BYTES)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)

    @property
    def buffer_bytes(self) -> int:
        """What the kernel granted; it counts double for its own books (socket(7))."""
        return self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2

    @property
    def dropped(self) -> int:
        """Messages that the kernel had no place for."""
        raw = self.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
        return int(struct.unpack(f"={_DROPS + 1}I", raw)[_DROPS])

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def send(self, message: bytes, address: Any) -> None:
        """Answer a sender; an answer that cannot leave is lost, as on the way."""
        try:
            self.socket.sendto(message, address)
        except OSError:
            return

    async def run(self) -> None:
        """Take messages until it is cancelled."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._read)
        try:
            while True:
                await self._some.wait()
                self._turn()
                await asyncio.sleep(0)
        finally:
            loop.remove_reader(self.socket)
            self.socket.close()

    def _read(self) -> None:
        now = time.time()
        for _ in range(AT_ONCE):
            try:
                message, address = self.socket.recvfrom(LARGEST)
            except OSError:
                break
            if len(self._queue) >= QUEUE:
                self.overflowed += 1
            else:
                self._queue.append((message, address, now))
        if self._queue:
            self._some.set()

    def _turn(self) -> None:
        for _ in range(min(TURN, len(self._queue))):
            self._work(*self._queue.popleft())
        if not self._queue:
            self._some.clear()
