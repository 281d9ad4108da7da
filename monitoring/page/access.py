"""Who may see what. At a loopback address everybody, read-only and without personal data; at any other address whoever
logs in; by name who is inside only those with the access role, at such an address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from monitoring.exporter.web import BasicAuth

HEALTH = "/healthz"
"""Answered to everybody at every address: it says nothing but that the page runs."""
LOCAL, USER, ROLE = "mroom.local", "user", "mroom.role"
"""What the application finds in its scope."""


def is_local(host: str | None) -> bool:
    """Whether this is a loopback address, or the name of one."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host or "")
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class Access:
    """In front of the application. What counts is the address that a connection came to, never what a request says."""

    def __init__(self, app: Any, users: dict[str, str], access: frozenset[str]) -> None:
        """`users`: name → bcrypt hash; `access`: those of them who may see who is inside."""
        self.app, self.access = app, access
        self._login = BasicAuth(self._known, users) if users else None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] == HEALTH:
            await self.app(scope, receive, send)
        elif is_local((scope.get("server") or ("", 0))[0]):
            if is_local(_asked(scope)):
                await self.app({**scope, LOCAL: True, USER: None, ROLE: False}, receive, send)
            else:
                # some other name that leads here: a page of somebody else's in a browser on this machine, a proxy
                await _refuse(send, 421, "At this address the page answers to 127.0.0.1 and localhost alone.")
        elif self._login is None:
            await _refuse(send, 403, "At this address the page needs a login, and it knows no users.")
        else:
            await self._login(scope, receive, send)

    async def _known(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.app({**scope, LOCAL: False, ROLE: scope[USER] in self.access}, receive, send)


def _asked(scope: dict[str, Any]) -> str | None:
    """The host that the request is for."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def _refuse(send: Any, status: int, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
