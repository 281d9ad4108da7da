"""Range queries to a Prometheus (its HTTP API v1), and what can go wrong with them."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_SECONDS = 30.0
MOST_POINTS = 11_000
"""Prometheus refuses a range query for more points of one series; longer ranges are asked for in parts."""


class NotAnswered(Exception):
    """No usable answer: the message says why. A verdict is then unknown; nothing else fails."""


@dataclass(frozen=True)
class Prometheus:
    url: str
    """Without a user or a password in it."""
    down: list[str] = field(default_factory=list, compare=False)
    """Why it did not answer: then it is not asked again, since each question would wait as long."""

    def range(self, query: str, start: float, end: float, step: int) -> dict[int, float]:
        """Second → value of a query that gives at most one series, start and end included. Raises NotAnswered."""
        found: dict[int, float] = {}
        at = start
        while at <= end:
            until = min(end, at + (MOST_POINTS - 1) * step)
            found |= self._part(query, at, until, step)
            at = until + step
        return found

    def _part(self, query: str, start: float, end: float, step: int) -> dict[int, float]:
        asked = {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        answer = self._ask("api/v1/query_range", asked)
        try:
            series = answer["data"]["result"]
            if len(series) > 1:
                raise NotAnswered(f"{query} gives {len(series)} series, not one")
            return {round(float(at)): float(value) for at, value in (series[0]["values"] if series else [])}
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise NotAnswered(f"{self.url} answered something else than a range: {error!r}") from error

    def _ask(self, path: str, asked: dict[str, str]) -> Any:
        if self.down:
            raise NotAnswered(self.down[0])
        url = f"{self.url.rstrip('/')}/{path}"
        body = urllib.parse.urlencode(asked).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it stands on our own network
        try:
            with opener.open(url, body, TIMEOUT_SECONDS) as stream:
                return json.load(stream)
        except urllib.error.HTTPError as error:
            raise NotAnswered(f"Prometheus refused the query ({error.code}): {_said(error)}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            self.down.append(f"Prometheus at {self.url} does not answer: {reason}")
            raise NotAnswered(self.down[0]) from error


def _said(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])[:200]
    except (OSError, ValueError, KeyError, TypeError):
        return str(error.reason)
