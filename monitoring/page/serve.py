"""Run the page at its addresses: loopback ones in plain HTTP and open to read, all others with TLS and a login."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn

from monitoring.exporter import web
from monitoring.page.access import Access, is_local

PORT = 9787
"""Beside the exporter's; Alertmanager's webhook of monitoring/alerts/delivery.yaml leads here."""
_CONNECTIONS = 256
"""At once at one address; each browser that looks holds one."""


class BadListen(Exception):
    """The page cannot be run at these addresses."""

    exit_code, code = 2, "listen"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def local(self) -> bool:
        return is_local(self.host)


def address_of(text: str) -> Address:
    """HOST:PORT or [HOST]:PORT with an IP address. Raises BadListen."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        ip_address(host)
        number = int(port)
    except ValueError:
        number = -1
    if not colon or not 0 <= number <= 65535:  # noqa: PLR2004 the highest port
        raise BadListen(f"{text!r} is no address to listen at", "write an IP address and a port: 127.0.0.1:9787")
    return Address(host, number)


def login(addresses: Sequence[Address], web_config: Path | None) -> web.WebConfig:
    """The users and the certificate that every address but loopback needs. Raises BadListen, BadWebConfig, OSError."""
    loaded = web.load(web_config) if web_config else web.WebConfig()
    far = [one for one in addresses if not one.local]
    if far and not (loaded.basic_auth_users and loaded.tls_server_config):
        missing = "users (basic_auth_users) and a certificate (tls_server_config)"
        raise BadListen(
            f"at {far[0].host} the page needs {missing}", "give --web.config.file with both, or listen at 127.0.0.1"
        )
    return loaded


class _Server(uvicorn.Server):
    """Several of them share one loop: signals are taken once, for all."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(address: Address) -> socket.socket:
    """Raises OSError where the address is not ours or is taken."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address.host, address.port))
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"{address.host}:{address.port} cannot be listened at: {error.strerror}") from error
    return made


def servers(
    app: Any, addresses: Sequence[Address], loaded: web.WebConfig, beside: Path, access: frozenset[str]
) -> Sequence[uvicorn.Server]:
    """One for each address; the first one runs what goes on behind the page. Raises OSError, ssl.SSLError."""
    guarded = Access(app, loaded.basic_auth_users, access)
    made = []
    for number, address in enumerate(addresses):
        config = uvicorn.Config(
            guarded, http="httptools", ws="none", lifespan="off" if number else "on", log_level="warning",
            access_log=False, server_header=False, proxy_headers=False, limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        config.load()
        if not address.local:
            config.ssl = _context(loaded, beside)
        made.append(_Server(config))
    return made


def _context(loaded: web.WebConfig, beside: Path) -> ssl.SSLContext:
    assert loaded.tls_server_config is not None  # login() has looked
    return web.context(loaded.tls_server_config, beside)


async def serve(made: Sequence[uvicorn.Server], sockets: Sequence[socket.socket]) -> None:
    """Until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in made:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve([one]) for server, one in zip(made, sockets, strict=True)))
