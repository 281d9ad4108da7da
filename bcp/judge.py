"""From what was seen in a run to its figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bcp.drill import Until
from bcp.plan import Plan
from bcp.record import Finding, Line, Measure, Steady
from bcp.verdict import Verdict, of_recovery
from bcp.watch import Clean, Mark, Seen
from monitoring.probes.outage import Outage
from monitoring.probes.recovery import Recovery, recovery
from monitoring.probes.udp import INTERVAL_NS, Stream

NOT = "not-"
"""Begins the code of a finding: what was waited for did not come in time."""


@dataclass(frozen=True)
class Course:
    """The instants of a run, as far as it got."""

    clean: Clean | None = None
    """The stretch that was accepted before the fault, else the last that was not."""
    accepted: bool = False
    broken: Mark | None = None
    mended: Mark | None = None
    left_the_line: bool = False
    """No probe was lost, but the line stopped carrying the flow while it was broken."""


def void(plan: Plan, seen: Seen | None, course: Course) -> list[Finding]:
    """Every reason why the figures of this run do not count; empty when they do."""
    if course.clean is None:
        return [Finding("void", "nothing was watched before the fault")]
    gap = plan.drill.steady.gap_seconds
    found = [Finding("void", fault) for fault in course.clean.faults(gap)] if not course.accepted else []
    if seen and course.broken and course.accepted:
        before = _before_the_fault(seen, course.clean.start, course.broken, gap)
        found += [Finding("void", text) for text in (*before, *_unfelt(seen, course, course.broken))]
    return found


def _before_the_fault(seen: Seen, start: Mark, broken: Mark, gap_seconds: float) -> Iterator[str]:
    """What was wrong between the clean stretch and the fault: then something else was wrong too."""
    for direction, stream in enumerate(seen.streams):
        felt = stream.outage(start.probes[direction], broken.probes[direction])
        name = f"{stream.source} to {stream.target}"
        if felt.lost:
            yield f"{name} lost {felt.lost} probes just before the fault"
        elif felt.longest_gap_seconds > gap_seconds:
            yield f"{name} had a gap of {felt.longest_gap_seconds * 1000:.1f} ms just before the fault"
    failed = sum(not attempt.good for attempt in seen.attempts[start.requests : broken.requests])
    if failed:
        yield f"{failed} requests failed just before the fault"


def _unfelt(seen: Seen, course: Course, broken: Mark) -> Iterator[str]:
    """That the fault was not seen in any record: then the room was not proven against it, and 0 ms would be a lie."""
    lost = [_felt(seen, broken, course.mended, direction).lost for direction in (0, 1)]
    if not any(lost) and not course.left_the_line:
        yield "nobody felt the fault: no probe was lost, and the line went on carrying both directions"


def steady(course: Course) -> Steady | None:
    """What the last stretch before the fault showed."""
    if course.clean is None:
        return None
    there, back = course.clean.outages
    return Steady(
        accepted=course.accepted,
        lost=(there.lost, back.lost),
        longest_gap_seconds=(there.longest_gap_seconds, back.longest_gap_seconds),
        requests=course.clean.requests,
        lost_requests=len(course.clean.errors),
    )


def lines(plan: Plan, seen: Seen | None, course: Course) -> tuple[Line, ...]:
    """What each direction of the flow felt."""
    return tuple(_line(plan, seen, course, direction) for direction in (0, 1))


def _line(plan: Plan, seen: Seen | None, course: Course, direction: int) -> Line:
    first, second = (plan.flow.points[at].node for at in ((0, 1), (1, 0))[direction])
    crossed = course.clean is not None and course.clean.crossed[direction]
    share = round(course.clean.shares[direction], 4) if course.clean else None
    line = Line(plan.flow.name, f"{first} to {second}", None, None, crossed, crossed_share=share)
    if seen is None or course.broken is None:
        return line
    stream = seen.streams[direction]
    felt = _felt(seen, course.broken, course.mended, direction)
    return replace(
        _mended(line, stream, course, direction),
        seconds=felt.seconds,
        lost=felt.lost,
        longest_gap_seconds=felt.longest_gap_seconds,
        resolution_seconds=felt.resolution_seconds,
        sender_late_seconds=_late(felt.resolution_seconds),
        real_time=stream.fifo,
    )


def _late(resolution_seconds: float) -> float:
    """The most that a sender was late in a stretch, by its longest pause there: a starved sender is not an outage."""
    return max(0.0, resolution_seconds - INTERVAL_NS / 1e9)


def _felt(seen: Seen, broken: Mark, mended: Mark | None, direction: int) -> Outage:
    """What a direction lost from the fault until mending began, else to the end."""
    return seen.streams[direction].outage(broken.probes[direction], mended.probes[direction] if mended else None)


def _mended(line: Line, stream: Stream, course: Course, direction: int) -> Line:
    if course.mended is None or course.mended.probes[direction] >= len(stream.sent):
        return line
    felt = stream.outage(course.mended.probes[direction])
    return replace(line, mend_seconds=felt.seconds, mend_lost=felt.lost)


def unfinished(found: Iterable[Finding]) -> list[Verdict]:
    """Missed, for each wait that ended without what it waited for, whatever the requests to the system said."""
    waits = {f"{NOT}{until.value}" for until in Until}
    return [Verdict.missed for finding in found if finding.code in waits]


def measure(plan: Plan, seen: Seen | None, course: Course, *, is_void: bool) -> Measure:
    """What the requests to the system said, from the fault to the end."""
    found: Recovery | None = None
    if seen and course.broken:
        found = recovery(seen.attempts[course.broken.requests :], plan.drill.requests.good_in_a_row)
    target = plan.system.rto_seconds
    probed = found is not None and found.probes > 0
    return Measure(
        system=plan.system.id,
        probe=f"requests from {plan.asking.node}",
        rto_seconds=found.rto_seconds if found and probed else None,
        rto_target_seconds=target,
        resolution_seconds=found.resolution_seconds if found and probed else None,
        verdict=of_recovery(found, target, void=is_void),
        rpo_target_seconds=plan.system.rpo_seconds,
        requests=found.probes if found else 0,
        lost_requests=found.failed if found else 0,
        servers=found.servers if found else (),
    )


def findings(plan: Plan, seen: Seen | None, course: Course) -> Iterator[Finding]:
    """What a person should know about the figures."""
    if seen is None or course.broken is None:
        return
    for at, stream in enumerate(seen.streams):
        name = f"{stream.source} to {stream.target}"
        if not stream.fifo:
            yield Finding("no-real-time", f"the sender of {name} had no real-time priority: other work delays it")
        felt = _felt(seen, course.broken, course.mended, at)
        if (late := _late(felt.resolution_seconds) * 1000) > plan.drill.steady.gap_seconds * 1000:
            yield Finding("late-sender", f"the sender of {name} was up to {late:.1f} ms late: this machine was busy")
    after = recovery(seen.attempts[course.broken.requests :], plan.drill.requests.good_in_a_row)
    if len(after.servers) > 1:
        yield Finding("moved", f"{plan.system.id} was answered by {', then '.join(after.servers)}")
