"""Rows that several verbs print."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mroom.schemas.base import Part, Seconds, Sha256, When


class Accepted(Part):
    """A breach that somebody answers for until a day."""

    code: str
    element: str
    reason: str
    by: str
    until: str


class Broken(Part):
    """Something that was broken on purpose."""

    id: str
    element: str
    kind: Literal["cut", "silent", "loss", "rate", "power", "freeze", "kill"]
    since: When


class Check(Part):
    id: str
    element: str
    ok: bool | None
    """None: it could not be checked."""
    message: str


class Drill(Part):
    id: str
    title: str | dict[str, str]
    systems: list[str]
    schedule: str | None
    last: When | None
    next: When | None
    overdue: bool


class File(Part):
    """A file that a verb wrote."""

    path: str
    sha256: Sha256


class Marks(Part):
    fault: When | None
    detected: When | None
    acknowledged: When | None
    decided: When | None
    mended: When | None


class Measure(Part):
    system: str
    probe: str
    rto_seconds: Seconds | None
    rto_target_seconds: Seconds | None
    rpo_seconds: Seconds | None
    rpo_records: int | None
    rpo_target_seconds: Seconds | None
    resolution_seconds: Seconds | None
    verdict: Literal["met", "missed", "unknown"]


class Outage(Part):
    path: str
    direction: str
    seconds: Seconds | None
    lost: int | None
    crossed_the_fault: bool


class Alarms(Part):
    expected: list[str]
    seen: list[str]
    unexpected: list[str]


class Run(Part):
    """One run of a drill."""

    run: str
    drill: str
    verdict: Literal["met", "missed", "unknown"]
    restored: bool
    started: When
    ended: When
    marks: Marks
    measures: list[Measure]
    outages: list[Outage]
    alarms: Alarms
    findings: list[str | dict[str, str]]


class Difference(Part):
    """One object that is not as the model wants it."""

    object: str
    kind: Literal["device", "host", "cloud"]
    action: Literal["create", "update", "delete", "drift", "unreachable"]
    diff: str
    diff_kind: Literal["device", "simulated"]


class Dependence(Part):
    id: str
    depends_on: list[str]


class Step(Part):
    """What is lost while one step of a plan runs."""

    model_config = ConfigDict(extra="allow", validate_by_name=True, validate_by_alias=True)
    step: str | int
    while_: Annotated[str, Field(alias="while")]
    lost: list[str]
    systems: list[Dependence]
    seconds: Seconds | None


class Refused(Part):
    object: str
    reason: str
    hint: str


class Result(Part):
    object: str
    state: Literal["confirmed", "same", "restored", "skipped", "failed"]
    message: str


class Changed(Part):
    """How a change ended; `change` is None when there was nothing to do."""

    change: str | None
    state: Literal["confirmed", "restored", "failed"]
    results: list[Result]
    seconds: Seconds
