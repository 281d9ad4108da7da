"""HOST[:PORT] as people and scrapes write it."""

from __future__ import annotations

import re

PORT = 161
"""RFC 3417: where an agent listens."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$")
_SIX = re.compile(r"[0-9A-Fa-f:.]{2,45}$")
_LARGEST_PORT = 65535


def target_of(text: str) -> tuple[str, int] | None:
    """Host and port; an IPv6 address with a port stands in brackets. None when it is neither."""
    text = text.strip()
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") else rest or str(PORT)
        fits = bool(closed) and _SIX.match(host) is not None
    elif text.count(":") > 1:
        host, port = text, str(PORT)
        fits = _SIX.match(host) is not None
    else:
        host, colon, port = text.partition(":")
        port = port if colon else str(PORT)
        fits = _HOST.match(host) is not None and ".." not in host
    if not fits or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LARGEST_PORT:
        return None
    return host, int(port)
