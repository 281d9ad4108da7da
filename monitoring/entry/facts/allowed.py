"""Entries at an hour, or for a reason, that nobody knows of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from inventory.model import Hours
from monitoring.entry.facts.fact import Fact, Seen, Ticket

_MINUTE = 60_000


@lru_cache(maxsize=10_000)
def usual(hours: Hours, zone: ZoneInfo, minute: int) -> bool:
    """Whether a minute (since 1970) lies in the usual hours of its day."""
    moment = dt.datetime.fromtimestamp(minute * 60, zone)
    span = hours.of(moment.weekday())
    begin, _, end = span.partition("-") if span else ("", "", "")
    return begin <= f"{moment:%H:%M}" < end


def out_of_hours(hours: Hours, zone: ZoneInfo, seen: Seen) -> Iterator[Fact]:
    """An entry outside the usual hours of its day."""
    if not usual(hours, zone, seen.at // _MINUTE):
        yield Fact("out-of-hours", seen.door, seen.at, detail={"card": seen.card})


def without_ticket(tickets: Iterable[Ticket], after: int, seen: Seen) -> Iterator[Fact]:
    """An entry that no change and no drill explains."""
    if not any(ticket.explains(seen.room, seen.at, after) for ticket in tickets):
        yield Fact("no-ticket", seen.door, seen.at, detail={"card": seen.card})
