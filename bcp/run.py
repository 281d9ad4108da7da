"""One run of a drill: steady, broken, recovered, mended, judged; and the room as before, whatever happens."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from bcp import evidence, judge
from bcp.actuators.protocol import Faults
from bcp.drill import Break, Until, Wait
from bcp.guard import Guard, deaf
from bcp.plan import Plan, sentence
from bcp.record import Finding, Marks, Record, local, now, unfinished
from bcp.recover import left
from bcp.restore import restore
from bcp.until import until
from bcp.verdict import of_run
from bcp.watch import Seen, Watch
from journal import Journal, freeze, lease, undo
from journal.drills import BEGUN, ENDED
from monitoring.probes.far import Reach

STILL_SECONDS = 0.5
"""How long the counters of a broken line are watched when no probe was lost."""


class NotReady(Exception):
    """The room is not in the state from which a drill may start."""

    exit_code, code = 1, "not-ready"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Stopped(Exception):
    """Somebody asked the run to end (Ctrl-C, SIGTERM, SIGHUP)."""

    exit_code, code = 6, "stopped"
    hint = "what it had broken is mended; run it again when you like"


@dataclass(frozen=True)
class Ground:
    """What a run stands on."""

    site: str
    timezone: str
    state: Path
    journal: Journal
    faults: Faults
    reach: Reach
    guard: Callable[[str, int], list[str]]
    """(run, epoch of the lease) -> the command of the guard process."""
    say: Callable[[str], None]
    """One line of progress."""


def run(plan: Plan, ground: Ground) -> Record:
    """Run a drill. The record is in the journal when this returns.

    Raises NotReady, LeaseHeld, Frozen (nothing was touched then), or GuardLost when the guard did not start.
    """
    name = f"{plan.drill.id}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    with lease.hold(ground.state, ground.site, "drill", name) as held:
        _ready(ground)
        return _Run(name, plan, ground, held).go()


def _ready(ground: Ground) -> None:
    freeze.check(ground.journal)
    if runs := left(ground.journal):
        raise NotReady(f"an earlier run left something to do: {', '.join(runs)}", "mroom drill recover")
    if broken := ground.faults.faults():
        found = ", ".join(f"{fault.element} ({fault.kind})" for fault in broken)
        raise NotReady(f"the room is broken already: {found}", "mroom twin mend --all, or wait until it is whole")


@contextmanager
def _signals() -> Iterator[Callable[[], None]]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into Stopped; yields what makes further ones harmless."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ignore() -> None:
        for number in numbers:
            signal.signal(number, deaf)

    def stop(number: int, _frame: FrameType | None) -> None:
        ignore()
        raise Stopped(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield ignore
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Run:
    def __init__(self, name: str, plan: Plan, ground: Ground, held: lease.Held) -> None:
        self.name, self.plan, self.ground, self.held = name, plan, ground, held
        self.marks, self.course = Marks(), judge.Course()
        self.findings: list[Finding] = []
        self.seen: Seen | None = None
        self.aborted_by: str | None = None
        self.restored = True
        self.folder = ground.state / "drills" / name
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.started = self._now()

    def _now(self) -> str:
        return now(self.ground.timezone)

    def go(self) -> Record:
        with _signals() as ignore:
            guard = Guard(self.ground.guard(self.name, self.held.lease.epoch), self.folder / "guard.log")
            try:
                self._begin()
                self.held.share(guard.pid)
                self._drill(guard)
            except Exception as error:  # whatever it is: the room is put back, and the record tells it
                self._abort(error)
            finally:
                ignore()
                self._restore()
                guard.dismiss(whole=self.restored)
            return self._end()

    def _begin(self) -> None:
        plan = self.plan
        body = {"run": self.name, "drill": plan.drill.id, "element": plan.element, "kind": plan.kind}
        self.ground.journal.append(BEGUN, {**body, "started": self.started, "plan": plan.document()})

    def _drill(self, guard: Guard) -> None:
        self.ground.say(f"probing {self.plan.flow.name} both ways, every 1 ms, and {self.plan.system.id}")
        with Watch(self.ground.reach, self.plan.flow, self.plan.ends, self.plan.asking, self.plan.seconds) as watch:
            if not self._steady(watch, guard):
                return
            try:
                self._steps(watch, guard)
            finally:
                self._restore()  # before the records, which may take their time when something is broken
            self.seen = watch.finish()

    def _steps(self, watch: Watch, guard: Guard) -> None:
        for step in self.plan.drill.steps:
            guard.check()
            self.held.check()
            self.ground.say(sentence(step, self.plan.element))
            if step.break_:
                self._break(watch, step.break_)
            elif step.wait:
                self._wait(watch, guard, step.wait)
            else:
                self._mend(watch)

    def _steady(self, watch: Watch, guard: Guard) -> bool:
        """Look for a stretch that is clean; each one that is not is kept in the journal."""
        steady = self.plan.drill.steady
        for attempt in range(1, steady.attempts + 1):
            guard.check()
            clean = watch.clean(steady.seconds)
            wrong = clean.faults(steady.gap_seconds)
            self.course = judge.Course(clean, accepted=not wrong)
            if not wrong:
                there, back = clean.shares
                self.ground.say(
                    f"steady for {steady.seconds:g} s: none lost; over {self.plan.element} {there:.0%} and {back:.0%}"
                )
                return True
            self.ground.journal.append("drill-unsteady", {"run": self.name, "attempt": attempt, "why": wrong})
            self.ground.say(f"not steady ({attempt} of {steady.attempts}): {'; '.join(wrong)}")
        return False

    def _break(self, watch: Watch, step: Break) -> None:
        element = self.plan.element
        undo.intend(self.ground.journal, self.name, {"break": element, "kind": step.kind.value}, {"mend": element})
        self.course = replace(self.course, broken=self.course.broken or watch.mark())
        fault = self.ground.faults.break_(element, step.kind.value)
        self.marks = replace(self.marks, fault=self.marks.fault or local(fault.since, self.ground.timezone))

    def _wait(self, watch: Watch, guard: Guard, step: Wait) -> None:
        since = watch.mark()  # what arrived before now says nothing about what is so now
        good = self.plan.drill.requests.good_in_a_row

        def true() -> bool:
            guard.check()
            flowing = watch.flowing(since, step.seconds, good)
            return flowing and (step.until is Until.flowing or watch.crossing(step.seconds))

        if until(true, step.deadline_seconds) is None:
            what = step.until.value.replace("-", " ")
            text = f"traffic was not {what} within {step.deadline_seconds:g} s"
            self.findings.append(Finding(f"{judge.NOT}{step.until.value}", text))
            self.ground.say(text)

    def _mend(self, watch: Watch) -> None:
        if self.course.broken and watch.whole_since(self.course.broken):
            self.course = replace(self.course, left_the_line=not watch.carrying(STILL_SECONDS))
        self.course = replace(self.course, mended=watch.mark())
        self.marks = replace(self.marks, mended=self._now())
        self._restore()

    def _restore(self) -> None:
        """Take back what is broken; the signals of whoever is impatient wait until that is done."""
        done = restore(self.ground.journal, self.ground.faults, self.name)
        if done.undone and self.marks.mended is None:
            self.marks = replace(self.marks, mended=self._now())
        self.restored = done.whole
        left = [Finding("not-restored", problem) for problem in done.problems]
        self.findings = [finding for finding in self.findings if finding.code != "not-restored"] + left

    def _abort(self, error: Exception) -> None:
        self.aborted_by = str(getattr(error, "code", type(error).__name__))
        self.findings.append(Finding("aborted", f"{self.aborted_by}: {error}"))
        self.ground.say(f"aborted: {error}")

    def _end(self) -> Record:
        plan, course = self.plan, self.course
        void = judge.void(plan, self.seen, course)
        measure = judge.measure(plan, self.seen, course, is_void=bool(void) or self.aborted_by is not None)
        record = Record(
            run=self.name,
            drill=plan.drill.id,
            verdict=of_run([measure.verdict, *judge.unfinished(self.findings)]),
            restored=self.restored,
            started=self.started,
            ended=self._now(),
            element=plan.element,
            kind=plan.kind,
            marks=self.marks,
            measures=(measure,),
            outages=judge.lines(plan, self.seen, course),
            steady=judge.steady(course),
            findings=(*self.findings, *void, *judge.findings(plan, self.seen, course)),
            aborted_by=self.aborted_by,
            evidence=evidence.keep(self.seen, course, self.folder) if self.seen else {},
        )
        if any(body["run"] == self.name for body in unfinished(self.ground.journal)):
            self.ground.journal.append(ENDED, record.document())  # else the guard has told the end already
        return record
