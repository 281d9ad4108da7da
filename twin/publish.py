"""A port of this machine's loopback that leads to a port of a node: how a browser reaches a page inside a twin.

One process that listens here and connects from there: a listening socket keeps the network namespace in which it was
made, whatever its process enters later.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from twin import linux

_CHUNK_BYTES = 65536


def listen(port: int = 0) -> socket.socket:
    """A listening socket on this machine's loopback; port 0 takes any free one."""
    return socket.create_server(("127.0.0.1", port))


def serve(listening: socket.socket, netns: Path, address: str, port: int) -> None:
    """Hand every connection on, seen from `netns`; runs until its process is ended.

    The calling process moves into the network namespace for good: run it in one of its own.
    """
    linux.enter(netns, linux.CLONE_NEWNET)
    asyncio.run(_serve(listening, address, port))


async def _serve(listening: socket.socket, address: str, port: int) -> None:
    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(address, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(hand_on, sock=listening)
    await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
