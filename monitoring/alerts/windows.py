"""Maintenance windows: silences for what an open change or a running drill touches, from the journal.

A silence keeps people from being called, it does not hide: the alert stands on the page as silenced. What may never be
silenced is left out of each: smoke, water, and the dead-man's sign.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from journal import Journal
from journal.changes import listing
from journal.drills import unfinished
from monitoring.alerts.definition import LIFE
from monitoring.alerts.follows import hidden, lost
from monitoring.alerts.routes import DEAD_MAN
from monitoring.alerts.rules import Ground
from monitoring.alerts.text import one_of

LONGEST = dt.timedelta(hours=1)
"""How long a silence lasts after its beginning. What is still open then alarms: somebody must look."""
NEVER = (*LIFE, DEAD_MAN)
_OPEN = "begun"


@dataclass(frozen=True)
class Silence:
    """`elements` are silenced from `begin` until `end`."""

    id: str
    elements: tuple[str, ...]
    begin: dt.datetime
    end: dt.datetime
    author: str
    comment: str

    def document(self) -> dict[str, Any]:
        """As Alertmanager's API takes it (`POST /api/v2/silences`)."""
        return {
            "matchers": [
                {"name": "element", "value": one_of(self.elements), "isRegex": True, "isEqual": True},
                {"name": "alertname", "value": one_of(NEVER), "isRegex": True, "isEqual": False},
            ],
            "startsAt": self.begin.isoformat(),
            "endsAt": self.end.isoformat(),
            "createdBy": self.author,
            "comment": self.comment,
        }


def windows(ground: Ground, journal: Journal, now: dt.datetime) -> list[Silence]:
    """The silences that hold at `now` (with a zone)."""
    falls, hides = lost(ground), hidden(ground)

    def touched(objects: tuple[str, ...]) -> tuple[str, ...]:
        """The objects themselves and what an alert about them would inhibit; a line is watched as its pair, too."""
        own = set(objects)
        about = {subject.id for _, subject in ground.made if own.intersection(subject.nodes)}
        return tuple(
            sorted(own.union(about, *(known.get(one, frozenset()) for one in own for known in (falls, hides))))
        )

    found = []
    for id_, author, when, objects, what in [*_changes(journal), *_drills(journal)]:
        begin = dt.datetime.fromisoformat(when)
        if begin <= now < begin + LONGEST and objects:
            found.append(Silence(id_, touched(objects), begin, begin + LONGEST, author, f"{what} {id_}"))
    return found


_Open = tuple[str, str, str, tuple[str, ...], str]


def _changes(journal: Journal) -> Iterator[_Open]:
    for change in listing(journal):
        if change.state == _OPEN:
            yield change.id, change.author, change.when, change.objects, "change"


def _drills(journal: Journal) -> Iterator[_Open]:
    for entry in unfinished(journal):
        yield entry.body["run"], "mroom drill", entry.time, (entry.body["element"],), "drill"
