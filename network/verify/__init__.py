"""What a device does, held to what the inventory wants of it: after a change, and in `mroom check network`."""

from __future__ import annotations

from network.verify.check import Check
from network.verify.collect import Seen, collect
from network.verify.judge import judge

__all__ = ["Check", "Seen", "collect", "judge"]
