"""Pages for the ISMS: the rate of internal audits against the plan's 90 %, and changes that nobody approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from audit.ground import Ground
from audit.report.records import Audit
from journal.changes import KIND

GOAL = 0.9
"""The plan's goal for the internal security audit rate (第5次西宮市情報化推進計画)."""
PERIOD = dt.timedelta(days=365)


@dataclass(frozen=True)
class Rate:
    kind: str
    """internal or self-check."""
    sections: int
    done: int
    """Sections with a record within a year."""
    overdue: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.done / self.sections

    @property
    def reached(self) -> bool:
        return self.share >= GOAL


@dataclass(frozen=True)
class Unapproved:
    id: str
    when: str
    author: str
    objects: tuple[str, ...]
    state: str


def rates(audits: Sequence[Audit], day: dt.date) -> list[Rate]:
    """One rate per kind of audit, over all sections that the records name for it."""
    found = []
    for kind in sorted({audit.kind for audit in audits}):
        last: dict[str, dt.date | None] = {}
        for audit in audits:
            if audit.kind == kind:
                before = last.get(audit.section)
                done = audit.date if audit.date and audit.date <= day else None
                last[audit.section] = max((one for one in (before, done) if one), default=None)
        late = tuple(sorted(section for section, date in last.items() if date is None or day - date > PERIOD))
        found.append(Rate(kind, len(last), len(last) - len(late), late))
    return found


def unapproved(ground: Ground) -> list[Unapproved]:
    """Changes of the journal without an approver, as they ended. A site may ask for none: the report says so."""
    found: dict[str, Unapproved] = {}
    approved: set[str] = set()
    for entry in ground.entries:
        if entry.kind == KIND:
            body = entry.body
            if body["approver"]:
                approved.add(body["id"])
            when = found[body["id"]].when if body["id"] in found else entry.time
            found[body["id"]] = Unapproved(body["id"], when, body["author"], tuple(body["objects"]), body["state"])
    return [change for id_, change in found.items() if id_ not in approved]
