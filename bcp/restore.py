"""Take back what runs have broken: each pending undo of the journal, the last first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bcp.actuators.protocol import Faults
from bcp.until import until
from journal import Journal, undo

DEADLINE_SECONDS = 60.0
"""A node's power comes back in 4 s in the twin; one that takes longer than this needs a person."""
RETRY_SECONDS = 0.1


@dataclass(frozen=True)
class Restored:
    """What was taken back, and what could not be."""

    undone: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.problems


def _mend(faults: Faults, element: str) -> str | None:
    """Mend one element and see that it is whole; the problem when it is not."""
    try:
        faults.mend(element)
        left = [fault.id for fault in faults.faults() if fault.element == element]
    except Exception as error:
        return f"{element}: {error}"
    return f"{element}: still broken ({', '.join(left)})" if left else None


def restore(journal: Journal, faults: Faults, run: str, deadline_seconds: float = DEADLINE_SECONDS) -> Restored:
    """Take back everything that a run may have broken. Raises nothing but what the journal raises."""
    undone: list[str] = []
    problems: list[str] = []
    ends = time.monotonic() + deadline_seconds
    for step in undo.pending(journal, run):
        element = str(step.undo["mend"])
        last: list[str | None] = [None]

        def whole(element: str = element, last: list[str | None] = last) -> bool:
            last[0] = _mend(faults, element)
            return last[0] is None

        if until(whole, max(0.0, ends - time.monotonic()), RETRY_SECONDS) is None:
            problems.append(last[0] or element)
            continue
        undo.done(journal, step)
        undone.append(element)
    return Restored(tuple(undone), tuple(problems))


def elements(steps: Sequence[undo.Step]) -> tuple[str, ...]:
    """The elements that pending steps would mend."""
    return tuple(str(step.undo["mend"]) for step in steps)
