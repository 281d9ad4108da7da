"""Whether a member without the lease should ask for it. A matter of good sense: safety is the voters' business."""

from __future__ import annotations

from dataclasses import dataclass

from mainframe_standin.position import Position


@dataclass(frozen=True)
class Member:
    """What is known of a member."""

    position: Position
    """The end of its journal."""
    preference: int
    """1 is the first choice among equals."""
    holds: bool = False


def should_stand(own: Member, other: Member | None, silent_seconds: float, patience_seconds: float) -> bool:
    """Who has more jobs stands, and among equals the preferred one; alone only after patience.

    `other` is None while it does not answer: it may be about to come up with jobs that would otherwise be lost.
    """
    if other is None:
        return silent_seconds >= patience_seconds
    if other.holds:
        return False
    return (own.position, -own.preference) > (other.position, -other.preference)
