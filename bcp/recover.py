"""Finish what a dead runner left: mend, and record that the run ended without a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bcp.actuators.protocol import Faults
from bcp.record import Finding, Record, now, unfinished
from bcp.restore import DEADLINE_SECONDS, restore
from bcp.verdict import Verdict
from journal import Journal, undo
from journal.drills import ENDED


@dataclass(frozen=True)
class Recovered:
    """One run, as `drill recover` tells it."""

    run: str
    undone: tuple[str, ...]
    restored: bool
    problems: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        problems = {"problems": list(self.problems)} if self.problems else {}
        return {"run": self.run, "undone": list(self.undone), "restored": self.restored, **problems}


def left(journal: Journal) -> list[str]:
    """The runs that left something broken or have no end, the newest first."""
    broken = [step.run for step in undo.pending(journal)]
    return list(dict.fromkeys([*broken, *(body["run"] for body in reversed(unfinished(journal)))]))


def recover(
    journal: Journal,
    faults: Faults,
    run: str,
    timezone: str,
    why: Finding,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Recovered:
    """Mend what a run has broken and write its record, unless it has one."""
    restored = restore(journal, faults, run, deadline_seconds)
    begun = next((body for body in unfinished(journal) if body["run"] == run), None)
    if begun:
        findings = [why, *(Finding("not-restored", problem) for problem in restored.problems)]
        record = Record(
            run=run,
            drill=begun["drill"],
            verdict=Verdict.unknown,
            restored=restored.whole,
            started=begun["started"],
            ended=now(timezone),
            element=begun["element"],
            kind=begun["kind"],
            findings=tuple(findings),
            aborted_by=why.code,
        )
        journal.append(ENDED, record.document())
    return Recovered(run, restored.undone, restored.whole, restored.problems)
