"""Voters talk to each other in JSON, a line for a question and a line for its answer, over one connection each way."""

from __future__ import annotations

import asyncio
import json
from typing import Any

LIMIT = 4 << 20
"""Bytes of a line: more than the records of one answer take (copying.AT_ONCE)."""


class Silent(Exception):
    """It did not answer in time, or refused."""


class Peer:
    """The way to one voter. A connection that failed is made anew with the next question."""

    def __init__(self, host: str, address: str, port: int, own_address: str) -> None:
        self.host, self._address, self._port, self._own = host, address, port, own_address
        self._way: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Raises Silent."""
        try:
            async with asyncio.timeout(seconds), self._one_at_a_time:
                try:
                    return await self._ask(question)
                except BaseException:
                    # An answer that still comes must not be taken for that of the next question.
                    self.close()
                    raise
        except (OSError, TimeoutError, ValueError) as error:
            raise Silent(f"{self.host} ({self._address}): {str(error) or 'no answer in time'}") from None

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._way is None:
            self._way = await asyncio.open_connection(self._address, self._port, local_addr=(self._own, 0), limit=LIMIT)
        reader, writer = self._way
        writer.write(json.dumps(question).encode() + b"\n")
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the connection ended")
        answer = json.loads(line)
        if not isinstance(answer, dict) or "error" in answer:
            raise ValueError(str(answer)[:200])
        return answer

    def close(self) -> None:
        if self._way:
            self._way[1].close()
            self._way = None
