"""Write-ahead undo: what takes an action back is on the disk before the action is done.

    step = undo.intend(journal, run, {"break": "line-a"}, {"mend": "line-a"})   # returned: it is on the disk
    …break line-a…
    …mend line-a…
    undo.done(journal, step)

After any death, `pending` gives what is still to be taken back, the last first. An undo may be pending although its
action never happened (death in between), so undoing must be harmless on what is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from journal.errors import JournalError
from journal.store import Journal

INTENT, DONE = "undo-intent", "undo-done"


@dataclass(frozen=True)
class Step:
    """One action of a run, and what takes it back. `id` is the sequence of its entry in the journal."""

    id: int
    run: str
    intent: dict[str, Any]
    undo: dict[str, Any]
    when: str


def intend(journal: Journal, run: str, intent: dict[str, Any], undo: dict[str, Any]) -> Step:
    """Record an action that is about to be done, and its undo; durable on return."""
    entry = journal.append(INTENT, {"run": run, "intent": intent, "undo": undo})
    return Step(entry.sequence, run, intent, undo, entry.time)


def done(journal: Journal, step: Step, outcome: str = "undone") -> None:
    """Record that nothing is left to be taken back of a step. Twice is once too much, but harmless."""
    journal.append(DONE, {"run": step.run, "step": step.id, "outcome": outcome})


def pending(journal: Journal, run: str | None = None) -> list[Step]:
    """The steps of a run (None: of all runs) not marked done, in the order of undoing: the last first."""
    finished = {entry.body["step"] for entry in journal.entries(kind=DONE)}
    steps = []
    for entry in journal.entries(kind=INTENT):
        body = entry.body
        if entry.sequence not in finished and run in (None, body["run"]):
            steps.append(Step(entry.sequence, body["run"], body["intent"], body["undo"], entry.time))
    return steps[::-1]


def find(journal: Journal, step: int) -> Step:
    """The step with that id. Raises JournalError when the entry is none."""
    for entry in journal.entries(kind=INTENT, after=step - 1)[:1]:
        if entry.sequence == step:
            return Step(step, entry.body["run"], entry.body["intent"], entry.body["undo"], entry.time)
    raise JournalError(
        f"entry {step} of the journal is no step of a run", "`mroom drill recover` lists what is pending"
    )
