"""The two things that every small ASGI application of ours does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

PLAIN = "text/plain; charset=utf-8"
Message = dict[str, Any]


async def answer(send: Any, status: int, kind: str, body: bytes, *more: tuple[bytes, bytes]) -> None:
    """One whole answer."""
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def lifespan(receive: Callable[[], Awaitable[Message]], send: Any) -> None:
    """There is nothing to begin and nothing to end."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
