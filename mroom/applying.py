"""One change over devices and hosts: the devices first, since the hosts are reached through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.model import Site
from mroom.exits import Exit, strongest
from mroom.failure import Failure
from mroom.plans import Part
from playbooks.runner import Strategy


@dataclass(frozen=True)
class Row:
    """How one device or host came out of the change."""

    object: str
    state: str
    message: str
    unreachable: bool = False

    def document(self) -> dict[str, str]:
        return {"object": self.object, "state": self.state, "message": self.message}


@dataclass
class Applied:
    """A change as far as it has come."""

    id: str
    rows: list[Row] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    @property
    def state(self) -> str:
        """failed when something is neither as before nor as wanted, restored when something was taken back."""
        states = {row.state for row in self.rows}
        if "failed" in states:
            return "failed"
        return "restored" if "restored" in states else "confirmed"

    @property
    def objects(self) -> list[str]:
        """What was touched."""
        return [row.object for row in self.rows if row.state not in ("same", "skipped")]

    def document(self) -> dict[str, Any]:
        seconds = round(time.monotonic() - self.begun, 3)
        results = [row.document() for row in self.rows]
        return {"change": self.id, "state": self.state, "results": results, "seconds": seconds}

    def exit_code(self) -> Exit:
        """7 when something could not be reached, 6 when taken back, 1 when it failed or was left out."""
        codes = {"restored": [Exit.restored], "failed": [Exit.failed], "confirmed": []}[self.state]
        if any(row.unreachable for row in self.rows):
            codes = [*codes, Exit.unreachable]
        if any(row.state == "skipped" for row in self.rows):
            codes = [*codes, Exit.failed]
        return strongest(codes)


@dataclass(frozen=True)
class Ground:
    """What a change stands on. The caller holds the lease, and stands where the room can be reached."""

    site: Site
    folder: Path
    state: Path
    author: str
    strategy: Strategy
    check_lease: Callable[[], None]
    log: Callable[[str], None]
    confirm_seconds: int = 60
    """The devices' time to hear that their change is kept."""


def settle(ground: Ground, parts: Sequence[Part]) -> None:
    """End what a runner that is gone has left open on devices."""
    if Part.network in parts:
        from network.change import settle as ask

        ask(ground.site, ground.state, ground.author, ground.log)


def apply(ground: Ground, parts: Sequence[Part]) -> Applied:
    """Apply the parts in order. What is under way when Ctrl-C comes is recorded as failed, then it goes on up."""
    from network.change import new_id

    applied = Applied(new_id())
    if Part.network in parts:
        _network(ground, applied)
    if Part.servers in parts:
        _servers(ground, applied)
    return applied


def refuse_frozen(state: Path) -> None:
    """Raise Frozen while somebody has forbidden changes."""
    import journal
    from journal import freeze

    with journal.open(state) as opened:
        freeze.check(opened)


def same_plan(ground: Ground, parts: Sequence[Part], wanted: str) -> None:
    """Raise Failure unless the room, looked at again, gives the very plan that was approved."""
    from mroom.plans import make

    found = make(ground.site, ground.folder, ground.state, parts, ground.log).id
    if found != wanted:
        message = f"the plan is {wanted}, but what would change now is {found}"
        raise Failure(Exit.failed, "plan-outdated", message, "make a new plan: mroom plan --out FILE")


def _network(ground: Ground, applied: Applied) -> None:
    from network.change import apply as change
    from network.change import make

    plan = make(ground.site, ground.state, log=ground.log)
    applied.rows += [
        Row(one.device, "failed", one.diff or "unreachable", unreachable=True)
        for one in plan.changes
        if one.difference is None
    ]
    if not plan.touched:
        return
    outcome = change(
        ground.site,
        ground.state,
        plan,
        change=applied.id,
        author=ground.author,
        confirm_seconds=ground.confirm_seconds,
        check_lease=ground.check_lease,
        log=ground.log,
    )
    known = {row.object for row in applied.rows}
    applied.rows += [Row(r.object, r.state, r.message) for r in outcome.results if r.object not in known]


def _servers(ground: Ground, applied: Applied) -> None:
    import journal
    from inventory.ansible import managed_hosts
    from journal.changes import record
    from playbooks import runner

    hosts = [host.id for host in managed_hosts(ground.site)]
    if applied.state != "confirmed":
        applied.rows += [Row(host, "skipped", "the devices before it did not all come through") for host in hosts]
        return
    devices = applied.objects
    ground.check_lease()
    with journal.open(ground.state) as opened:
        record(opened, applied.id, "begun", author=ground.author, objects=[*devices, *hosts])
    done = False
    try:
        outcome = runner.run(ground.folder, ground.state, hosts, strategy=ground.strategy, on_task=ground.log)
        applied.rows += [Row(r.object, r.state, r.message, r.unreachable) for r in outcome.results]
        done = True
    finally:
        with journal.open(ground.state) as opened:
            record(
                opened,
                applied.id,
                applied.state if done else "failed",
                author=ground.author,
                objects=applied.objects if done else [*devices, *hosts],
                results=[row.document() for row in applied.rows],
                seconds=round(time.monotonic() - applied.begun, 3),
            )
