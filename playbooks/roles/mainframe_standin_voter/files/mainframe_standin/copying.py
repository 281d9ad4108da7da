"""How a follower's journal becomes the primary's: what the primary answers to "I have all up to this position"."""

from __future__ import annotations

from dataclasses import dataclass

from mainframe_standin.journal import Journal
from mainframe_standin.position import Position
from mainframe_standin.record import Record

AT_ONCE = 500
"""Records in one answer."""


@dataclass(frozen=True)
class Cut:
    """The follower has jobs that the primary never saw: all after this number."""

    number: int


def answer(journal: Journal, after: Position) -> Cut | list[Record]:
    """The records that follow, or where to cut first; after a cut the follower asks again.

    Within an epoch one primary alone has appended. So two journals that agree in one position agree in all before it,
    and where an epoch that both know ends in the primary's journal they agree.
    """
    if after.number <= journal.last.number and journal.epoch_at(after.number) == after.epoch:
        return list(journal.after(after.number, AT_ONCE))
    return Cut(min(after.number - 1, journal.end_of(after.epoch)))
