"""Can one node reach another: SSH banners and echo requests, sent from its namespace without starting a program."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from twin import linux

_SSH_PORT = 22
_ECHO_REQUEST, _ECHO_REPLY = 8, 0
_LONGEST_IP_HEADER = 60


def without_ssh(netns: Path, addresses: Mapping[str, str], seconds: float) -> list[str]:
    """Names (of name -> address) that give no SSH banner within `seconds`, seen from a network namespace."""

    def ask(address: str) -> socket.socket:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        with contextlib.suppress(OSError):  # in progress; or a refusal, which reading tells
            one.connect((address, _SSH_PORT))
        return one

    return _without_answer(netns, addresses, seconds, ask, lambda one: one.recv(4) == b"SSH-")


def without_echo(netns: Path, addresses: Mapping[str, str], seconds: float) -> list[str]:
    """Names (of name -> address) that do not answer an echo request within `seconds`."""
    number = os.getpid() & 0xFFFF
    request = _echo_request(number)

    def ask(address: str) -> socket.socket:
        one = socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_ICMP)
        with contextlib.suppress(OSError):
            one.connect((address, 0))
            one.send(request)
        return one

    def answered(one: socket.socket) -> bool:
        packet = one.recv(_LONGEST_IP_HEADER + len(request))
        body = packet[(packet[0] & 0xF) * 4 :]
        return body[0] == _ECHO_REPLY and body[4:6] == struct.pack("!H", number)

    return _without_answer(netns, addresses, seconds, ask, answered)


def _without_answer(
    netns: Path,
    addresses: Mapping[str, str],
    seconds: float,
    ask: Callable[[str], socket.socket],
    answered: Callable[[socket.socket], bool],
) -> list[str]:
    silent = dict(addresses)
    with selectors.DefaultSelector() as waiting, contextlib.ExitStack() as sockets:
        with linux.inside(netns):
            for name, address in addresses.items():
                waiting.register(sockets.enter_context(ask(address)), selectors.EVENT_READ, name)
        deadline = time.monotonic() + seconds
        while waiting.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in waiting.select(left):
                assert isinstance(key.fileobj, socket.socket)
                with contextlib.suppress(OSError):
                    if answered(key.fileobj):
                        del silent[key.data]
                waiting.unregister(key.fileobj)
    return list(silent)


def _echo_request(number: int) -> bytes:
    head = struct.pack("!BBHHH", _ECHO_REQUEST, 0, 0, number, 1)
    total = sum(struct.unpack("!4H", head))
    total = (total >> 16) + (total & 0xFFFF)
    return head[:2] + struct.pack("!H", ~total & 0xFFFF) + head[4:]
