"""Poll until true, with a deadline; how long it took is itself a measurement."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

EVERY_SECONDS = 0.02


def until(true: Callable[[], bool], deadline_seconds: float, every_seconds: float = EVERY_SECONDS) -> float | None:
    """Seconds until `true()` was, None when the deadline passed first. Asks at least once."""
    start = time.monotonic()
    while True:
        if true():
            return time.monotonic() - start
        if time.monotonic() - start >= deadline_seconds:
            return None
        select.select([], [], [], every_seconds)
