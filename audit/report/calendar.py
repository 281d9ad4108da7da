"""The drill calendar: each drill that an item asks for, its last run, and until when that counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from audit.ground import Ground
from audit.item import Item
from journal.drills import ENDED


@dataclass(frozen=True)
class Due:
    drill: str
    items: tuple[str, ...]
    within_days: float
    """The shortest that an item asks for."""
    last: str | None
    verdict: str | None
    until: str | None
    """The day from which the last run does not count any more."""
    overdue: bool


def calendar(ground: Ground, items: Iterable[Item]) -> list[Due]:
    """In the order of the day on which they are due; those that never ran first."""
    wanted: dict[str, list[tuple[str, float]]] = {}
    for item in items:
        for query in item.evidence:
            for drill in query.drill.all_of if query.drill else ():
                assert query.drill is not None, "it has just been looked at"
                wanted.setdefault(drill, []).append((item.id, query.drill.within_days))
    found = [_due(ground, drill, asked) for drill, asked in wanted.items()]
    return sorted(found, key=lambda due: (due.until or "", due.drill))


def _due(ground: Ground, drill: str, asked: list[tuple[str, float]]) -> Due:
    days = min(days for _, days in asked)
    runs = [entry.body for entry in ground.entries if entry.kind == ENDED and entry.body["drill"] == drill]
    last = runs[-1] if runs else None
    until = dt.datetime.fromisoformat(last["ended"]) + dt.timedelta(days=days) if last else None
    return Due(
        drill=drill,
        items=tuple(id_ for id_, _ in asked),
        within_days=days,
        last=last["ended"] if last else None,
        verdict=last["verdict"] if last else None,
        until=until.astimezone(ground.zone).date().isoformat() if until else None,
        overdue=until is None or until < ground.at,
    )
