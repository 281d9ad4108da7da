"""Apply a plan: step by step, the devices of a step together; each is kept only when all of its step hold.

Every device takes its own change back unless it is told to keep it. So nothing here has to survive: a runner that is
killed, or cut off, leaves each device either with what it had or with what was confirmed.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import journal
from inventory.model import Site
from journal.changes import record
from network.access import Rejected, Unreachable
from network.change import kept
from network.change.entries import check_entries
from network.change.plan import Plan
from network.change.result import Outcome, Result, ended
from network.change.steps import Step
from network.change.transaction import Transaction, refused
from network.derive import intent
from network.derive.ramp import ramp
from network.difference import Difference
from network.order import Order
from network.verify import Check

CONFIRM_SECONDS = 60
"""A router is drained, changed and verified in 10 to 20 s here; the rest is for a busy machine."""

Log = Callable[[str], None]


def new_id() -> str:
    """A name for a change: when it began, and four random digits so that two machines do not meet."""
    return f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class PlanRefused(Exception):
    """The plan holds a step that would take a system away."""

    exit_code = 1
    code = "refused"

    def __init__(self, plan: Plan) -> None:
        super().__init__("; ".join(refused.reason for refused in plan.refused))
        self.hint = "; ".join(dict.fromkeys(refused.hint for refused in plan.refused))


def apply(
    site: Site,
    state: Path,
    plan: Plan,
    *,
    change: str,
    author: str,
    confirm_seconds: int = CONFIRM_SECONDS,
    takes_back: str | None = None,
    check_lease: Callable[[], None] = lambda: None,
    log: Log = lambda _: None,
) -> Outcome:
    """Apply `plan` as the change named `change`. The caller holds the lease; `check_lease` raises when it is lost.

    `takes_back` names the earlier change that the plan rolls back. `confirm_seconds`: the devices' time.
    Raises `PlanRefused`. Ctrl-C takes back what is open, then goes on up.
    """
    if plan.refused:
        raise PlanRefused(plan)
    begun = time.monotonic()
    touched = plan.touched
    before = {device: kept.keep(state, difference.before) for device, difference in touched.items()}
    after = {device: kept.keep(state, difference.wanted) for device, difference in touched.items()}
    with journal.open(state) as opened:
        record(
            opened,
            change,
            "begun",
            author=author,
            objects=list(touched),
            plan=plan.id,
            before=before,
            after=after,
            **_back_to(takes_back),
        )
    results = _unreachable(plan)
    try:
        for step in plan.steps:
            check_lease()
            if any(result.state in ("restored", "failed") for result in results):
                results += [Result(device, "skipped", "an earlier step did not hold") for device in step.devices]
                continue
            log(f"step {step.number} of {len(plan.steps)}: {step.words}")
            running = _Step(site, state, step, touched, change, confirm_seconds, log)
            try:
                running.run()
            finally:
                results += running.results
    finally:
        missing = [device for device in touched if device not in {result.object for result in results}]
        results += [Result(device, "skipped", "not begun: the run was ended") for device in missing]
        outcome = Outcome(change, tuple(results), round(time.monotonic() - begun, 3))
        _write(state, outcome, author, before, after, takes_back)
    return outcome


def _unreachable(plan: Plan) -> list[Result]:
    return [Result(change.device, "skipped", change.diff) for change in plan.changes if change.difference is None]


def _write(
    state: Path,
    outcome: Outcome,
    author: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    takes_back: str | None,
) -> None:
    confirmed = {r.object: after[r.object] for r in outcome.results if r.state == "confirmed"}
    with journal.open(state) as opened:
        record(
            opened,
            outcome.change,
            outcome.state,
            author=author,
            objects=list(after),
            before=dict(before),
            confirmed=confirmed,
            results=[result.document() for result in outcome.results],
            seconds=outcome.seconds,
            **_back_to(takes_back),
        )


def _back_to(takes_back: str | None) -> dict[str, str]:
    return {"takes_back": takes_back} if takes_back else {}


class _Step:
    """The devices of one step: all are started, all are verified, then all are kept or all are taken back."""

    def __init__(
        self,
        site: Site,
        state: Path,
        step: Step,
        touched: Mapping[str, Difference],
        change: str,
        confirm_seconds: int,
        log: Log,
    ) -> None:
        self._site, self._log = site, log
        self._open = {
            device: Transaction(
                site, state, device, _order(site, step, device, touched[device], change, confirm_seconds)
            )
            for device in step.devices
        }

        self.results: list[Result] = []
        """How each device came out, as far as it is known; also after `run` raised."""

    def run(self) -> None:
        """Ctrl-C takes back what is not yet kept, then goes on up."""
        served = frozenset(check.id for check in check_entries(self._site) if check.ok)
        with ThreadPoolExecutor(max_workers=len(self._open), thread_name_prefix="apply") as pool:
            try:
                states = dict(zip(self._open, pool.map(self._start, self._open), strict=True))
                wrong = {device: state for device, state in states.items() if not state.startswith("applied")}
                if not wrong:
                    wrong = self._verify(pool, served)
                if wrong:
                    self._back(states, wrong)
                for device in self._left():
                    self.results.append(self._end(device, keep=True))
            except BaseException:
                self._back(dict.fromkeys(self._left(), "applied"), {"": "the run was ended"})
                raise

    def _left(self) -> list[str]:
        """Devices whose change is still open."""
        known = {result.object for result in self.results}
        return [device for device in self._open if device not in known]

    def _start(self, device: str) -> str:
        try:
            state = self._open[device].start()
        except (Rejected, Unreachable) as error:
            state = refused(error)
        self._log(f"{device}: {state}")
        return state

    def _verify(self, pool: ThreadPoolExecutor, served: frozenset[str]) -> dict[str, str]:
        def entries() -> list[Check]:
            return [check for check in check_entries(self._site) if check.id in served]

        failing = dict(zip(self._open, pool.map(lambda d: self._open[d].verify(entries), self._open), strict=True))
        wrong = {device: "; ".join(check.message for check in checks) for device, checks in failing.items() if checks}
        for device, why in wrong.items():
            self._log(f"{device}: {why}")
        return wrong

    def _back(self, states: Mapping[str, str], wrong: Mapping[str, str]) -> None:
        """In reverse order: what was begun last is taken back first."""
        for device in reversed(self._left()):
            state = states[device]
            if state.split(" ")[0] in ("refused", "busy"):
                self.results.append(Result(device, "restored", f"nothing was changed: {state}"))
                continue
            because = wrong.get(device) or "; ".join(f"{other}: {why}" for other, why in wrong.items()).strip(": ")
            self.results.append(self._end(device, keep=False, why=because))

    def _end(self, device: str, *, keep: bool, why: str = "") -> Result:
        try:
            state = self._open[device].confirm() if keep else self._open[device].undo(why)
        except Unreachable as error:
            return Result(device, "failed", f"{error}; it takes the change back by itself when its time is up")
        self._log(f"{device}: {state}")
        return ended(device, state, why)


def _order(site: Site, step: Step, device: str, difference: Difference, change: str, confirm_seconds: int) -> Order:
    asked = intent(site, device)
    drains = device in step.drained
    return Order(
        change=change,
        difference=difference,
        confirm_seconds=confirm_seconds,
        drain_ports=tuple(port.name for port in asked.ports if port.lan) if drains else None,
        drain_asn=asked.bgp.asn if drains and asked.bgp else None,
        drain_ramp=ramp(site, device, step.out) if drains else (),
    )
