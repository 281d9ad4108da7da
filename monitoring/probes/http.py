"""A beat of HTTP requests to a system's entry, from a place where people use it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitoring.probes.far import Far, Reach
from monitoring.probes.recovery import Attempt

AGENT = Path(__file__).with_name("http_agent.py")
PRIORITY = 10
"""SCHED_FIFO priority of the requests: above ordinary programs, below the routers' daemons (20 and 30)."""
SERVER = 'name="mroom-host" content="([^"]+)"'
"""How the pages of the example site say which host gave them."""


def attempts(records: list[list[Any]]) -> list[Attempt]:
    """The agent's records as attempts: good is a 2xx status whose whole answer came in time."""
    return [
        Attempt(started, duration, status // 100 == 2 and not error, server, error or f"status {status}")  # noqa: PLR2004
        for started, duration, status, server, error in records
    ]


class Beat:
    """Requests at a steady rate. Use as a context manager: leaving it ends the program on the node."""

    def __init__(
        self,
        reach: Reach,
        node: str,
        url: tuple[str, int, str],
        *,
        host: str,
        per_second: float,
        timeout_seconds: float,
        max_seconds: float,
    ) -> None:
        """`url` is address, port and path; `host` the name asked for."""
        address, port, path = url
        config = {
            "address": address,
            "port": port,
            "path": path,
            "host": host,
            "per_second": per_second,
            "timeout_seconds": timeout_seconds,
            "max_seconds": max_seconds,
            "server": SERVER,
            "priority": PRIORITY,
        }
        self.node = node
        self._far = Far(node, reach, AGENT, config)
        try:
            self._far.answer()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def go(self) -> None:
        self._far.ask("go")

    def started(self) -> int:
        """How many requests have been started."""
        return int(self._far.ask("status")["started"])

    def good_since(self, first: int) -> int:
        """So many of the newest requests that ended, none older than this number, were good in a row."""
        document = self._far.ask("status")
        return int(min(document["streak"], document["last"] - first + 1))

    def records(self, first: int) -> list[Attempt]:
        """The requests that have ended, from this number on; the beat goes on."""
        return attempts(self._far.ask(f"records {first}")["records"])

    def stop(self) -> list[Attempt]:
        """Stop, wait for the requests under way, and hand over all records."""
        return attempts(self._far.ask("stop")["records"])

    def close(self) -> None:
        self._far.close()
