"""The clock of all leases: it is never set, and goes on while the host sleeps."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
