"""Tell Alertmanager, at once and until it has heard."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

from monitoring.traps.alarms import Alarms

ANSWER_SECONDS = 5.0
AGAIN_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Between two tries; the last goes on."""


class Delivery:
    """Posts what has changed to every Alertmanager. `heard` is set when something has."""

    def __init__(
        self, alarms: Alarms, urls: Sequence[str], told: Callable[[int, float], None], failed: Callable[[], None]
    ) -> None:
        """`told`: how many alarms were told, and the begin of the first; `failed`: one could not be reached."""
        self._alarms, self._told, self._failed = alarms, told, failed
        self._endpoints = [f"{url.rstrip('/')}/api/v2/alerts" for url in urls]
        self.heard = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        failures = 0
        while True:
            await self.heard.wait()
            self.heard.clear()
            taken = self._alarms.take()
            if not taken:
                continue
            body = json.dumps([alarm.document() for alarm in taken], ensure_ascii=False).encode()
            reached = await asyncio.gather(*(asyncio.to_thread(_post, url, body) for url in self._endpoints))
            if all(reached):
                failures = 0
                self._told(len(taken), min(alarm.begin for alarm in taken))
                continue
            self._failed()
            self._alarms.failed(taken)
            self.heard.set()
            await asyncio.sleep(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
            failures += 1


def _post(url: str, body: bytes) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 the unit's own argument
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return bool(answer.status == 200)  # noqa: PLR2004 OK
    except (urllib.error.URLError, OSError, TimeoutError):
        return False
