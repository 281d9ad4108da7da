"""Met, missed or unknown: what a measure says against its target. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from monitoring.probes.recovery import Recovery


class Verdict(StrEnum):
    met = "met"
    missed = "missed"
    unknown = "unknown"


def of_recovery(recovery: Recovery | None, target_seconds: float | None, *, void: bool) -> Verdict:
    """A run that proved nothing, no probe, no target: unknown. No recovery: missed. Equal to the target: met."""
    if void or recovery is None or recovery.probes == 0 or target_seconds is None:
        return Verdict.unknown
    if recovery.rto_seconds is None or recovery.rto_seconds > target_seconds:
        return Verdict.missed
    return Verdict.met


def of_run(measures: Iterable[Verdict]) -> Verdict:
    """A run is as good as its worst measure; one without any measure is unknown."""
    found = set(measures)
    for verdict in (Verdict.missed, Verdict.unknown, Verdict.met):
        if verdict in found:
            return verdict
    return Verdict.unknown
