"""Ask an FRR daemon over its own socket, as vtysh does: 1 ms instead of the 40 ms that starting vtysh takes."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

_END = b"\0\0\0"
"""Ends an answer; one more byte follows, the return code (0 is success)."""


def ask(root: Path, daemon: str, command: str, timeout: float = 2.0) -> Any:
    """The JSON answer of a daemon of the node with this root folder; None when it does not answer (yet).

    The socket is a file, and such sockets do not care about network namespaces.
    """
    try:
        with socket.socket(socket.AF_UNIX) as vty:
            vty.settimeout(timeout)
            vty.connect(str(root / f"run/frr/{daemon}.vty"))
            _say(vty, "enable")  # bfdd shows nothing without it
            return json.loads(_say(vty, command))
    except (OSError, ValueError):
        return None


def _say(vty: socket.socket, command: str) -> bytes:
    vty.sendall(command.encode() + b"\0")
    answer = b""
    while len(answer) <= len(_END) or answer[-len(_END) - 1 : -1] != _END:
        data = vty.recv(65536)
        if not data:
            raise ConnectionResetError
        answer += data
    return answer[: -len(_END) - 1]
