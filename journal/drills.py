"""The runs of drills: one entry when a run begins and one when it has ended."""

from __future__ import annotations

from journal.chain import Entry
from journal.store import Journal

BEGUN, ENDED = "drill-begun", "drill"
"""The kinds of entry; `run` in their bodies names the run (docs/drill-format.md)."""


def unfinished(journal: Journal) -> list[Entry]:
    """The beginnings of the runs that have no record of their end, the oldest first."""
    ended = {entry.body["run"] for entry in journal.entries(kind=ENDED)}
    return [entry for entry in journal.entries(kind=BEGUN) if entry.body["run"] not in ended]
