"""The freeze flag: while it is on, no change is applied and no drill starts. It is an entry of the journal."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from journal.errors import Frozen, ReasonMissing
from journal.process import person
from journal.store import Journal

KIND = "freeze"


@dataclass(frozen=True)
class Freeze:
    """The flag as last set. `since` (RFC 3339), `by` and `reason` are None when it was never set."""

    frozen: bool
    since: str | None = None
    by: str | None = None
    reason: str | None = None

    def document(self) -> dict[str, Any]:
        return asdict(self)


def current(journal: Journal) -> Freeze:
    """The flag in force."""
    entries = journal.entries(kind=KIND)
    if not entries:
        return Freeze(frozen=False)
    body = entries[-1].body
    return Freeze(body["frozen"], entries[-1].time, body["by"], body["reason"])


def put(journal: Journal, *, frozen: bool, reason: str, by: str | None = None) -> Freeze:
    """Set the flag. Each setting is recorded, also one that changes nothing: it has a reason of its own."""
    if not reason.strip():
        raise ReasonMissing("a freeze is set and lifted with a reason", "give --reason TEXT")
    journal.append(KIND, {"frozen": frozen, "by": by or person(), "reason": reason.strip()})
    return current(journal)


def check(journal: Journal) -> None:
    """Raise Frozen when the flag is on."""
    flag = current(journal)
    if flag.frozen:
        message = f"frozen since {flag.since} by {flag.by}: {flag.reason}"
        raise Frozen(message, "ask that person, then `mroom freeze off --reason TEXT`")
