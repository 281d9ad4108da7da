"""Drills and runs as `drill list`, `show` and `run` tell them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bcp.drill import Drill
from bcp.plan import Plan, sentence
from bcp.record import Record, runs
from journal import Journal


def row(drill: Drill, journal: Journal) -> dict[str, Any]:
    """One drill of `drill list`. No drill has a schedule yet, so none has a next time and none can be overdue."""
    past = runs(journal, drill.id)
    return {
        "id": drill.id,
        "title": {"ja": drill.title.ja, "en": drill.title.en},
        "systems": list(drill.systems),
        "schedule": None,
        "last": past[-1]["ended"] if past else None,
        "last_verdict": past[-1]["verdict"] if past else None,
        "next": None,
        "overdue": False,
    }


def details(drill: Drill, journal: Journal) -> dict[str, Any]:
    """What `drill show` adds to the row."""
    steady, element = drill.steady, drill.target.default
    clean = f"{steady.seconds:g} s without a lost probe and without a gap over {steady.gap_seconds * 1000:g} ms"
    return {
        **row(drill, journal),
        "purpose": {"ja": drill.purpose.ja, "en": drill.purpose.en},
        "hazard": [hazard.value for hazard in drill.hazards],
        "element": {"lines": drill.target.lines.value, "default": element},
        "steps": [sentence(step, element) for step in drill.steps],
        "undo": [f"mend {element}"],
        "abort_conditions": [
            f"no {clean} in {steady.attempts} attempts before the fault",
            f"the probes do not cross {element} by its counters",
            "by the graph, a system would be down",
            "something is broken already, a change or another drill is under way, or changes are frozen",
            "the guard or the lease is lost, or somebody stops the run",
        ],
    }


def plan_lines(plan: Plan) -> Iterator[str]:
    """A plan, for a person."""
    yield f"{plan.drill.id}: {plan.drill.title.ja} / {plan.drill.title.en}"
    yield f"  probes   {plan.flow.name} both ways every 1 ms; {plan.system.id} from {plan.asking.node}"
    for step in plan.drill.steps:
        yield f"  step     {sentence(step, plan.element)}"
    yield f"  undo     mend {plan.element} (by the runner, else the guard, else `mroom drill recover`)"
    yield f"  target   {plan.system.id} back within {_seconds(plan.system.rto_seconds)}"
    for risk in plan.risks:
        yield f"  risk     {risk.system} is {risk.state} while {plan.element} is out"


def _seconds(value: float | None) -> str:
    return "no target" if value is None else f"{value:g} s"


def _milliseconds(value: float | None) -> str:
    return "not measured" if value is None else f"{value * 1000:.1f} ms"


def record_lines(record: Record) -> Iterator[str]:
    """A run, for a person."""
    yield f"{record.run}: {record.kind} of {record.element}: {record.verdict.value}"
    if steady := record.steady:
        gap = _milliseconds(max(steady.longest_gap_seconds))
        yield f"  before   {sum(steady.lost)} probes and {steady.lost_requests} requests lost, longest gap {gap}"
    for line in record.outages:
        crossed = "crossed" if line.crossed_the_fault else "did NOT cross"
        share = "" if line.crossed_share is None else f" ({line.crossed_share:.0%} by its counters)"
        felt = f"{_milliseconds(line.seconds)}, {_count(line.lost)} lost"
        yield f"  outage   {line.direction}: {felt}; {crossed} the line{share}"
        if line.mend_seconds is not None:
            yield f"  mending  {line.direction}: {_milliseconds(line.mend_seconds)}, {_count(line.mend_lost)} lost"
    for measure in record.measures:
        back = "not measured" if not measure.requests else "did not come back"
        if measure.rto_seconds is not None:
            back = f"recovery {measure.rto_seconds:.3f} s"
        lost = f"{measure.lost_requests} of {measure.requests} requests lost"
        target = f"target {_seconds(measure.rto_target_seconds)}"
        yield f"  system   {measure.system}: {lost}, {back}, {target}: {measure.verdict.value}"
    yield "  restored" if record.restored else "  NOT restored: mroom drill recover"
    for finding in record.findings:
        yield f"  finding  {finding.code}: {finding.text}"


def _count(value: int | None) -> str:
    return "?" if value is None else str(value)
