"""One entry record, whatever file and maker it comes from."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Direction = Literal["in", "out", "none"]
Result = Literal["granted", "denied", "button", "opened", "closed", "forced", "held", "alive", "other"]
"""A card was let through or not; the exit button was pressed; what the door's contact says; the controller itself says
that a door was forced or held; it lives; anything else that it tells."""
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
RESULTS: tuple[Result, ...] = get_args(Result)


class Event(NamedTuple):
    """Times are milliseconds since 1970, UTC. A tuple, because there are a million of them."""

    controller: str
    door: str
    """The inventory's id; empty where the record is about the controller itself."""
    said: int
    """What the controller's clock said."""
    direction: Direction
    result: Result
    card: str = ""
    """Pseudonym, or the number itself where the site says so; empty without a card."""
    number: str = ""
    """The card's number as it was read; never stored with the event."""
    name: str = ""
    """The holder's, where the record tells it; never stored with the event."""
    sequence: int | None = None
    """The controller's own count of its records."""


class Bad(Exception):
    """A line that is no entry record. The message is the reason, a few words that are the same for many lines."""
