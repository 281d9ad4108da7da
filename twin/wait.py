"""Poll until it is true, with a deadline: no wait of the twin is a guess."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

_PAUSE_SECONDS = 0.02
"""Between two looks; longer than a look takes, shorter than anything that is waited for."""


def until(missing: Callable[[], Sequence[str]], seconds: float) -> list[str]:
    """Call `missing` until it names nothing; gives what it still names after `seconds` (an empty list when done)."""
    deadline = time.monotonic() + seconds
    while True:
        left = list(missing())
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(_PAUSE_SECONDS)
