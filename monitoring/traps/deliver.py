"""Tell Alertmanager, at once and until it has heard."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

from monitoring.traps.alarms import Alarm, Outlet

ANSWER_SECONDS = 5.0
AGAIN_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Between two tries; the last goes on."""


class Delivery:
    """Tells one Alertmanager what changes; another that is silent does not hold it up."""

    def __init__(
        self, outlet: Outlet, url: str, told: Callable[[Sequence[Alarm]], None], failed: Callable[[], None]
    ) -> None:
        """`told` gets what it has taken; `failed` counts a post that it did not take."""
        self._outlet, self._told, self._failed = outlet, told, failed
        self._url = f"{url.rstrip('/')}/api/v2/alerts"

    async def run(self) -> None:
        """Until it is cancelled."""
        failures = 0
        while True:
            await self._outlet.some.wait()
            taken = self._outlet.take()
            body = json.dumps([alarm.document() for alarm in taken], ensure_ascii=False).encode()
            if await asyncio.to_thread(_post, self._url, body):
                failures = 0
                self._told(taken)
                continue
            self._failed()
            for alarm in taken:
                self._outlet.add(alarm.key)
            await asyncio.sleep(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
            failures += 1


def _post(url: str, body: bytes) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 the unit's own argument
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return bool(answer.status == 200)  # noqa: PLR2004 OK
    except (urllib.error.URLError, OSError, TimeoutError):
        return False
