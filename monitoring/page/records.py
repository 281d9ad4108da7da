"""What the page takes from this node's own state folder: the journal (changes, drills, the freeze flag) and how many
people are inside. Nothing is made there that is not there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import journal
from journal import Journal, changes, drills, freeze
from journal.changes import Change
from journal.freeze import Freeze
from journal.store import FILE
from monitoring.entry.metrics import EntryCollector
from monitoring.page.upstream import Away

INSIDE, ENTRY_UP = "mroom_entry_inside", "mroom_entry_up"


@dataclass(frozen=True)
class Run:
    """One run of a drill. `ended` and `verdict` are None while it runs."""

    run: str
    drill: str
    element: str
    started: str
    ended: str | None = None
    verdict: str | None = None
    restored: bool | None = None


@dataclass(frozen=True)
class Told:
    """What the journal tells. `changes` are those of which something happened today, the newest first."""

    changes: tuple[Change, ...] = ()
    running: tuple[Run, ...] = ()
    last: Run | None = None
    freeze: Freeze = field(default_factory=lambda: Freeze(frozen=False))


def _stamp(state: Path) -> tuple[tuple[int, int], ...]:
    found = []
    for name in (FILE, f"{FILE}-wal"):
        try:
            stat = (state / name).stat()
        except FileNotFoundError:
            found.append((0, 0))
        else:
            found.append((stat.st_mtime_ns, stat.st_size))
    return tuple(found)


class Records:
    """Reads the journal again only when it has changed or another day has begun."""

    def __init__(self, state: Path, timezone: str, journal_of: Path | None = None) -> None:
        """`journal_of`: the folder of the journal, where it is not `state`."""
        self.folder, self.zone = journal_of or state, ZoneInfo(timezone)
        self._told: tuple[Any, Told] | None = None
        self._entry = EntryCollector(state)

    def told(self, now: dt.datetime) -> Told:
        """Raises Away when there is no journal, or none that can be read."""
        try:
            today = now.astimezone(self.zone).date()
            key = (_stamp(self.folder), today)
            if not (self.folder / FILE).exists():
                raise Away(f"there is no journal in {self.folder}")
            if self._told is None or self._told[0] != key:
                with journal.open(self.folder) as opened:
                    self._told = (key, tell(opened, today, self.zone))
        except (journal.JournalError, OSError, KeyError, TypeError) as error:
            raise Away(f"the journal cannot be read: {error}") from error
        return self._told[1]

    def inside(self) -> dict[str, int]:
        """Room → how many people are in it. Raises Away where no entry records are kept or they cannot be read."""
        families = {family.name: family for family in self._entry.collect()}
        if ENTRY_UP not in families:
            raise Away("no entry records are kept on this node")
        if INSIDE not in families:
            raise Away("the entry records cannot be read")
        return {sample.labels["room"]: int(sample.value) for sample in families[INSIDE].samples}


def tell(opened: Journal, today: dt.date, zone: ZoneInfo) -> Told:
    """Raises JournalError; KeyError or TypeError for entries that some other program wrote."""
    midnight = dt.datetime.combine(today, dt.time(), zone)
    touched = {entry.body["id"] for entry in opened.entries(kind=changes.KIND, since=midnight)}
    ended = opened.entries(kind=drills.ENDED)
    return Told(
        changes=tuple(reversed([one for one in changes.listing(opened) if one.id in touched])),
        running=tuple(_run(entry.body, entry.time) for entry in drills.unfinished(opened)),
        last=_run(ended[-1].body, ended[-1].time) if ended else None,
        freeze=freeze.current(opened),
    )


def _run(body: dict[str, Any], when: str) -> Run:
    return Run(
        run=body["run"],
        drill=body["drill"],
        element=body.get("element", ""),
        started=body.get("started", when),
        ended=body.get("ended"),
        verdict=body.get("verdict"),
        restored=body.get("restored"),
    )
