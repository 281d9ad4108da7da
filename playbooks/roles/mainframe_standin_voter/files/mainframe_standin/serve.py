"""The listening sides: clients at the entry's port, voters at another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from mainframe_standin import clients, clock, voters
from mainframe_standin.ballot import Ballot
from mainframe_standin.member import Service
from mainframe_standin.peer import LIMIT
from mainframe_standin.record import LONGEST

IDLE_SECONDS = 300.0
CLIENT_LIMIT = LONGEST + 100
"""Bytes of a client's line."""
Lines = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection."""


def connection(serve: Lines) -> Lines:
    """A connection that ends, breaks or says too much concerns nobody else."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (OSError, TimeoutError, ValueError):
            pass
        finally:
            writer.close()

    return guarded


async def next_line(reader: asyncio.StreamReader) -> bytes:
    """The next whole line, or nothing at the end. Raises ValueError for one that is too long."""
    async with asyncio.timeout(IDLE_SECONDS):
        line = await reader.readline()
    return line if line.endswith(b"\n") else b""


def for_clients(service: Service) -> Lines:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await next_line(reader):
            text = line.decode(errors="replace").rstrip("\r\n")
            if text.startswith("GET /"):
                writer.write(web(service, text.split()[1]))
                return
            writer.write((await clients.answer(service, text)).encode() + b"\n")
            await writer.drain()

    return connection(serve)


def web(service: Service, path: str) -> bytes:
    """`/healthz` is for the announcer, `/primary` names the primary while it is known."""
    words, body = "404 Not Found", ""
    if path == "/healthz":
        words = "200 OK" if may_announce(service) else "503 Service Unavailable"
    elif path == "/primary":
        words, body = "200 OK", f"{service.primary or ''}\n"
    return f"HTTP/1.1 {words}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def may_announce(service: Service) -> bool:
    """Only while the lease lasts longer than the entry could stay announced without it."""
    lease = service.election.lease
    return lease is not None and lease.until - clock.now() > service.config.announce_seconds


def for_voters(ballot: Ballot, service: Service | None, allowed: set[str]) -> Lines:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if writer.get_extra_info("peername")[0] not in allowed:
            return
        while line := await next_line(reader):
            question = json.loads(line)
            answer = await voters.answer(ballot, service, question if isinstance(question, dict) else {})
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    return connection(serve)


async def listen(serve: Lines, address: str, port: int, limit: int = LIMIT) -> asyncio.Server:
    return await asyncio.start_server(serve, address, port, limit=limit, backlog=128)
