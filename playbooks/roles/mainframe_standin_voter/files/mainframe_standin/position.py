"""Where a job stands: the epoch of the primary that accepted it, and its number in the journal."""

from __future__ import annotations

import re
from typing import NamedTuple

_TEXT = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class Position(NamedTuple):
    """Of two positions the later epoch counts first. Epochs and numbers begin with 1; an empty journal ends at 0.0."""

    epoch: int
    number: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.number}"


START = Position(0, 0)


def parse(text: str) -> Position | None:
    """The position that `EPOCH.NUMBER` names; None when it is not one."""
    found = _TEXT.fullmatch(text)
    return Position(int(found[1]), int(found[2])) if found else None
