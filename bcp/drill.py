"""A drill as data: what is broken, what is watched, in which steps, and when the figures count."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from inventory.model import LineKind, Model, Text
from inventory.model.base import Id


class Hazard(StrEnum):
    """The damage that the plan assumes (様式14); the plan's own words stand beside each."""

    earthquake_tsunami = "earthquake-tsunami"  # 南海トラフ地震・津波
    storm_rain = "storm-rain"  # 台風・豪雨
    civil_protection = "civil-protection"  # 国民保護事案
    epidemic = "epidemic"  # 感染症
    lines_cut = "lines-cut"  # 通信網断絶


class FaultKind(StrEnum):
    """What can be done to an element; the same words as `mroom twin break --kind`."""

    cut = "cut"
    silent = "silent"
    loss = "loss"
    rate = "rate"
    power = "power"
    freeze = "freeze"
    kill = "kill"


class Target(Model):
    """What the drill breaks: one line of a kind, chosen with --element."""

    lines: LineKind
    default: Id


class Requests(Model):
    """HTTP requests to the entry of a system, from where people use it."""

    system: Id
    per_second: float = Field(default=100, gt=0, le=1000)
    timeout_seconds: float = Field(default=0.5, gt=0, le=60)
    good_in_a_row: int = Field(default=20, ge=1, le=10000)
    """How many good answers in a row mean that the system is back."""


class Steady(Model):
    """The stretch without a fault that must be clean before anything is broken."""

    seconds: float = Field(default=2.0, ge=2.0, le=600)
    gap_seconds: float = Field(default=0.002, gt=0)
    """The longest silence between two probes that arrive."""
    attempts: int = Field(default=8, ge=1, le=100)


class Break(Model):
    kind: FaultKind


class Until(StrEnum):
    flowing = "flowing"
    """Probes of both directions arrive without a hole, and the system answers."""
    as_before = "as-before"
    """Flowing, and over the element again."""


class Wait(Model):
    until: Until
    seconds: float = Field(default=1.0, gt=0, le=3600)
    """How long it must have lasted."""
    deadline_seconds: float = Field(default=60.0, gt=0, le=86400)


class Mend(Model):
    """Takes back what the run has broken so far."""


class Step(Model):
    """One step: exactly one of these."""

    break_: Break | None = Field(default=None, alias="break")
    wait: Wait | None = None
    mend: Mend | None = None

    @property
    def parts(self) -> tuple[Break | Wait | Mend, ...]:
        """What is given; one thing in a step that `shelf` let through."""
        return tuple(part for part in (self.break_, self.wait, self.mend) if part is not None)


class Drill(Model):
    """One file of bcp/drills; its id is the file's name."""

    id: Id
    title: Text
    purpose: Text
    hazards: tuple[Hazard, ...]
    """At least one."""
    systems: tuple[Id, ...] = Field(min_length=1)
    target: Target
    requests: Requests
    steady: Steady = Steady()
    steps: tuple[Step, ...] = Field(min_length=1)
    """In this order. What a step breaks is mended at the end, whatever happens."""
