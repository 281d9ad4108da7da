"""The messages of the last minutes, so that the very same one is known when it comes again."""

from __future__ import annotations

import time
from collections.abc import Callable

from monitoring.traps.usm import WINDOW_SECONDS

MOST = 600_000
"""In each half: 1,000 a second for twice the window, and as much again; about 60 MB. Beyond it halves are shorter."""


class Recent:
    """Two halves; the older one goes when the younger one is a window old. What is older is out of the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._young: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}
        self._turned = clock()

    def answer(self, key: bytes) -> bytes | None:
        """What was answered to it the first time, empty when nothing; None when it is new."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def add(self, key: bytes, answer: bytes = b"") -> None:
        now = self._clock()
        if now - self._turned > WINDOW_SECONDS or len(self._young) >= self._most:
            self._old, self._young, self._turned = self._young, {}, now
        self._young[key] = answer
