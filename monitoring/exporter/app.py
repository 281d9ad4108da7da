"""The HTTP application: `/sd`, `/probe`, `/metrics`, `/-/healthy`. Plain ASGI, so that a scrape costs little more than
its walk."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

from monitoring.devices.definition import Definition
from monitoring.exporter.asgi import PLAIN, answer, lifespan
from monitoring.exporter.modules import AUTO, modules
from monitoring.exporter.own import Own
from monitoring.exporter.result import result_text
from monitoring.exporter.scrape import scrape
from monitoring.exporter.slots import Slots
from monitoring.exporter.target import Target, Targets
from monitoring.exporter.text import CONTENT_TYPE
from monitoring.snmp.credential import Credential
from monitoring.snmp.target import target_of

Message = dict[str, Any]
DEFAULT_SECONDS = 10.0
"""Of a scrape that does not say how long it waits: Prometheus' own default."""
MARGIN_SECONDS = 0.5
"""Kept back from the scrape's time for writing and sending what there is."""
LONGEST_QUERY = 4096
_PARAMETERS = ("target", "module", "auth")


class BadRequest(Exception):
    """The sentence that a 400 carries."""


class Exporter:
    """One exporter: its devices, and what it says of itself."""

    def __init__(
        self,
        shelf: Sequence[Definition],
        credentials: Mapping[str, Credential],
        discover: Callable[[], list[dict[str, Any]]],
        *,
        timeout_seconds: float = 1.0,
    ) -> None:
        """`credentials` by name; the first is used where a probe names none. `discover` makes the targets of `/sd`."""
        self.shelf, self.credentials, self.discover = tuple(shelf), dict(credentials), discover
        self.modules = modules(self.shelf)
        self.targets, self.slots = Targets(timeout_seconds=timeout_seconds), Slots()
        self.own = Own(self.targets, self.slots)
        self._routes: dict[str, Callable[[Message], Awaitable[tuple[int, str, bytes]]]] = {
            "/": self._landing,
            "/sd": self._sd,
            "/probe": self._probe,
            "/metrics": self._metrics,
            "/-/healthy": self._healthy,
        }

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        route = self._routes.get(scope["path"])
        if route is None:
            await answer(send, 404, PLAIN, b"There is /sd, /probe, /metrics and /-/healthy.\n")
        elif scope["method"] not in {"GET", "HEAD"}:
            await answer(send, 405, PLAIN, b"Only GET is answered here.\n", (b"allow", b"GET, HEAD"))
        else:
            try:
                status, kind, body = await route(scope)
            except BadRequest as error:
                status, kind, body = 400, PLAIN, f"{error}\n".encode()
            await answer(send, status, kind, b"" if scope["method"] == "HEAD" else body)

    async def _landing(self, _: Message) -> tuple[int, str, bytes]:
        page = '<!doctype html><title>mroom exporter</title><h1>mroom exporter</h1><p><a href="/metrics">metrics</a> '
        page += '<a href="/sd">targets</a> <code>/probe?target=HOST[:PORT]&amp;module=auto</code>'
        return 200, "text/html; charset=utf-8", page.encode()

    async def _healthy(self, _: Message) -> tuple[int, str, bytes]:
        return 200, PLAIN, b"Healthy.\n"

    async def _metrics(self, _: Message) -> tuple[int, str, bytes]:
        return 200, CONTENT_TYPE, self.own.text()

    async def _sd(self, _: Message) -> tuple[int, str, bytes]:
        return 200, "application/json", json.dumps(self.discover(), ensure_ascii=False).encode()

    async def _probe(self, scope: Message) -> tuple[int, str, bytes]:
        asked = _parameters(scope["query_string"])
        module = self.modules.get(asked.get("module", AUTO))
        if module is None:
            raise BadRequest(f"There is no module {asked['module']!r}; there is {AUTO}, and {', '.join(self.modules)}.")
        auth = asked.get("auth", next(iter(self.credentials)))
        if auth not in self.credentials:
            raise BadRequest(f"There is no auth {auth!r}; there is {', '.join(self.credentials)}.")
        seconds = _seconds(scope["headers"])
        target = await self._target(asked["target"], asked.get("module", AUTO), auth)
        scraped = await scrape(target, self.shelf, module, self.slots, seconds)
        self.own.probed(scraped)
        return 200, CONTENT_TYPE, (scraped.text + result_text(scraped)).encode()

    async def _target(self, text: str, module: str, auth: str) -> Target:
        where = target_of(text)
        if where is None:
            raise BadRequest(f"The target {text[:100]!r} is no HOST[:PORT]; write 198.18.0.1 or 198.18.0.1:161.")
        host, port = where
        try:
            address = str(ip_address(host))
        except ValueError:
            address = await _resolved(host, port)
        return self.targets.get(address, port, module, auth, self.credentials[auth])


async def _resolved(host: str, port: int) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError:
        raise BadRequest(f"The target {host!r} has no address: give the address itself.") from None
    return str(sorted(found, key=lambda row: row[0] != socket.AF_INET)[0][4][0])


def _parameters(query: bytes) -> dict[str, str]:
    if len(query) > LONGEST_QUERY:
        raise BadRequest(f"The query is longer than {LONGEST_QUERY} characters.")
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except (UnicodeDecodeError, ValueError):
        raise BadRequest("The query cannot be read: write ?target=HOST[:PORT]&module=NAME.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in _PARAMETERS:
            raise BadRequest(f"There is no parameter {name[:40]!r}; there is {', '.join(_PARAMETERS)}.")
        if name in found:
            raise BadRequest(f"The parameter {name!r} is given twice: give it once.")
        if not value:
            raise BadRequest(f"The parameter {name!r} is empty.")
        found[name] = value
    if "target" not in found:
        raise BadRequest("The parameter 'target' is missing: write ?target=HOST[:PORT].")
    return found


def _seconds(headers: Sequence[tuple[bytes, bytes]]) -> float:
    given = dict(headers).get(b"x-prometheus-scrape-timeout-seconds")
    if given is None:
        return DEFAULT_SECONDS - MARGIN_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1
    if not 0 < seconds < float("inf"):
        raise BadRequest("The header X-Prometheus-Scrape-Timeout-Seconds is no number of seconds.")
    return max(seconds - MARGIN_SECONDS, seconds / 2)
