"""What is kept of a run: the shape that `drill run --json` and `drill history` print (interface: drill)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bcp.verdict import Verdict
from journal import Journal, drills


@dataclass(frozen=True)
class Marks:
    """RFC 3339, or None for what nobody saw: alarms and people belong to drills with monitoring."""

    fault: str | None = None
    detected: str | None = None
    acknowledged: str | None = None
    decided: str | None = None
    mended: str | None = None


@dataclass(frozen=True)
class Measure:
    """What one system's probe said. Durations in seconds."""

    system: str
    probe: str
    rto_seconds: float | None
    rto_target_seconds: float | None
    resolution_seconds: float | None
    verdict: Verdict
    rpo_seconds: float | None = None
    """None: this drill writes nothing, so nothing can be found missing."""
    rpo_records: int | None = None
    rpo_target_seconds: float | None = None
    requests: int = 0
    lost_requests: int = 0
    servers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """What one direction of a flow felt."""

    path: str
    direction: str
    seconds: float | None
    """The outage from the fault until the mend began; None when it was not measured."""
    lost: int | None
    crossed_the_fault: bool
    crossed_share: float | None = None
    """The share of its packets that the line carried before the fault, by the counters at both ends."""
    longest_gap_seconds: float | None = None
    resolution_seconds: float | None = None
    sender_late_seconds: float | None = None
    """The most that a probe was sent late, in the stretch that `seconds` is about."""
    real_time: bool | None = None
    """Whether the sender had its real-time priority."""
    mend_seconds: float | None = None
    """The outage from the moment that mending began."""
    mend_lost: int | None = None


@dataclass(frozen=True)
class Steady:
    """The last stretch before the fault; of a pair the first is there, the second back."""

    accepted: bool
    """Nothing forbade to break something after it."""
    lost: tuple[int, int]
    longest_gap_seconds: tuple[float, float]
    requests: int
    lost_requests: int


@dataclass(frozen=True)
class Finding:
    """Something that a person should look at."""

    code: str
    text: str


@dataclass(frozen=True)
class Alarms:
    """What the watching should have said and said; empty while nothing watches."""

    expected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    run: str
    drill: str
    verdict: Verdict
    restored: bool
    started: str
    ended: str
    element: str
    kind: str
    marks: Marks = Marks()
    measures: tuple[Measure, ...] = ()
    outages: tuple[Line, ...] = ()
    steady: Steady | None = None
    alarms: Alarms = Alarms()
    findings: tuple[Finding, ...] = ()
    aborted_by: str | None = None
    """The code of what ended the run before its last step; None when it came to its end."""
    evidence: dict[str, str] = field(default_factory=dict)
    """File name under the run's folder -> SHA-256: the raw records of the probes."""

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def now(timezone: str) -> str:
    """The time of day of the site, RFC 3339 with offset, to the millisecond."""
    return dt.datetime.now(ZoneInfo(timezone)).isoformat(timespec="milliseconds")


def local(time: str, timezone: str) -> str:
    """An RFC 3339 time of any zone as the site writes it."""
    return dt.datetime.fromisoformat(time).astimezone(ZoneInfo(timezone)).isoformat(timespec="milliseconds")


def runs(journal: Journal, drill: str | None = None) -> list[dict[str, Any]]:
    """Every run that ended, the oldest first, as it was recorded."""
    bodies = (entry.body for entry in journal.entries(kind=drills.ENDED))
    return [body for body in bodies if drill in (None, body["drill"])]


def unfinished(journal: Journal) -> list[dict[str, Any]]:
    """The runs that began and have no record of their end, the oldest first."""
    return [entry.body for entry in drills.unfinished(journal)]
