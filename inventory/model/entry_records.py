"""How entry records (入退室) are kept and judged: for how long, under which pseudonym, and what is out of order."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from .base import Id, Model, Words, name_like


class Cards(StrEnum):
    pseudonym = "pseudonym"
    """A card's number is kept as a keyed hash alone."""
    plain = "plain"
    """It is kept as the controller tells it."""


def _order(value: str) -> str:
    begin, _, end = value.partition("-")
    if not dt.time.fromisoformat(begin) < dt.time.fromisoformat(end):
        raise ValueError(f"expected hours that end after they begin, on one day, found {value!r}")
    return value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Span = Annotated[
    Words,
    name_like(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]", "hours such as 07:00-20:00"),
    AfterValidator(_order),
]


class Hours(Model):
    """When entries are usual, in the site's time zone; a day that is missing never is. Holidays are not known."""

    monday: Span | None = None
    tuesday: Span | None = None
    wednesday: Span | None = None
    thursday: Span | None = None
    friday: Span | None = None
    saturday: Span | None = None
    sunday: Span | None = None

    def of(self, weekday: int) -> Span | None:
        """Those of a day, 0 for Monday."""
        return (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)[
            weekday
        ]


_WORKDAYS = Hours(**dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "07:00-20:00"))


class EntryRecords(Model):
    """The `entry_records:` of the `site:` block. The defaults are ours; the city publishes none."""

    cards: Cards = Cards.pseudonym
    card_key: Words = "file:$MROOM_STATE/keys/entry-cards"
    """The secret of the keyed hash, by reference. Another one makes other pseudonyms: the room forgets who is who."""
    events_days: int = Field(default=400, ge=1, le=36500)
    """For how long events and what follows from them are kept: a year of drills and inspections, and a month."""
    names_days: int = Field(default=1, ge=0, le=36500)
    """For how long a holder's name and card number are kept beside the pseudonym once the card is no longer used; while
    somebody is inside they are, because they are read in an evacuation. 0: names are never kept."""
    aside_days: int = Field(default=30, ge=1, le=36500)
    """For how long lines that could not be read are kept."""
    hours: Hours = _WORKDAYS
    staffed: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    """Rooms where people work at all hours."""
    ticket_rooms: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    """Rooms that nobody enters without a change or a drill."""
    ticket_minutes: int = Field(default=60, ge=0, le=1440)
    """For how long after its end a change or a drill still explains an entry."""
    held_open_seconds: int = Field(default=30, ge=1, le=3600)
    forced_seconds: int = Field(default=10, ge=1, le=3600)
    """How long after a granted card or the exit button a door may open."""
    denied_count: int = Field(default=3, ge=2, le=1000)
    denied_seconds: int = Field(default=60, ge=1, le=86400)
    """So many denials within so many seconds, at one door or with one card, are a burst."""
    dormant_days: int = Field(default=90, ge=1, le=36500)
    """A card that was not used for longer is dormant."""
    silent_hours: int = Field(default=24, ge=1, le=8760)
    """A controller that tells nothing for longer, not even that it lives, is an alarm."""
    clock_seconds: int = Field(default=120, ge=1, le=86400)
    """How far a controller's clock may be from ours, or jump back, before that is an alarm."""
