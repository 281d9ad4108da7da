"""What people feel when a line is cut, falls silent, or a router loses power: one measured event a run.

Runs go by three kinds in turn; every sixth round of three is made on an idle machine, the others with both processors
kept busy: 360 runs are 100 busy and 20 idle of each kind. The outage is that of 1 ms probes in each direction between
staff and the web server, over the broken element by its counters; a run whose machine never held still is not good.
"""

from __future__ import annotations

import atexit
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import inventory
from bcp.flow import Flow, choose
from bcp.until import until
from bcp.watch import Clean, Mark, Watch
from inventory.cabling import management_address
from inventory.ssh import login
from mroom.place import enter
from twin import up as booting
from twin.failure import TwinFailure
from twin.room import Twin

SITE = Path(__file__).resolve().parent.parent.parent / "inventory" / "sites" / "nishinomiya"
LINE = "line-a"
EVENTS = {"cut": ("cut", LINE), "silent": ("silent", LINE), "power": ("power", "core-s1")}
"""Name -> kind of fault and element: core-s1 is the end of line-a in the second building."""
GOALS_SECONDS = {"cut": 0.020, "silent": 0.040, "power": 0.040}
IDLE_EVERY = 6
GAP_SECONDS = 0.002
STEADY_SECONDS = 2.0
ATTEMPTS = 40
"""So many stretches may be looked at for a clean one."""
FLOWING_SECONDS = 0.5
DEADLINE_SECONDS = 30.0
WHOLE_SECONDS = 120.0


def event(number: int) -> tuple[str, bool]:
    """The kind of a run, and whether the processors are busy in it."""
    return list(EVENTS)[number % 3], number // 3 % IDLE_EVERY != IDLE_EVERY - 1


@cache
def _room(state: Path) -> Twin:
    """The twin of this process, booted at its first use and ended with it; this process then stands in its NOC node."""
    site = inventory.load(SITE)
    booting.down(state)  # that of a slice that was killed
    booting.up(site, state, log=lambda _: None)
    atexit.register(booting.down, state)
    enter(site, state)
    return Twin.open(site, state)


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:
    """As many endless loops as there are processors, at normal priority; each ends by itself in the worst case."""
    loop = "import time\nend = time.monotonic() + 120\nwhile time.monotonic() < end: pass"
    count = len(os.sched_getaffinity(0)) if wanted else 0
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    try:
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


def _mended(twin: Twin) -> bool:
    try:
        twin.mend()
    except TwinFailure:
        return False
    return True


def _whole(twin: Twin) -> bool:
    status = twin.status()
    up = all(node["state"] == "up" for node in status["nodes"])
    return up and not status["faults"] and status["adjacencies"]["full"] == status["adjacencies"]["expected"]


def _steady(watch: Watch, seconds: float) -> tuple[Clean, list[str], int]:
    """The first clean stretch, else the last one and what was wrong with it; and how many were looked at."""
    attempt = 1
    clean = watch.clean(seconds)
    while (wrong := clean.faults(GAP_SECONDS)) and attempt < ATTEMPTS:
        clean, attempt = watch.clean(seconds), attempt + 1
    return clean, wrong, attempt


def _felt(twin: Twin, watch: Watch, name: str) -> tuple[Mark, Mark, bool]:
    """Break, and wait until both directions flow again: the marks before and after, and whether they did."""
    kind, element = EVENTS[name]
    before = watch.mark()
    twin.break_(element, kind)
    since = watch.mark()
    flows = until(lambda: watch.flowing(since, FLOWING_SECONDS, 0), DEADLINE_SECONDS) is not None
    return before, watch.mark(), flows


def _measured(twin: Twin, watch: Watch, name: str, steady: float, *, busy: bool) -> dict[str, Any]:
    with _busy(busy):
        clean, wrong, attempts = _steady(watch, steady)
        row: dict[str, Any] = {"attempts": attempts, "shares": [round(share, 3) for share in clean.shares]}
        if wrong:
            return {**row, "ok": False, "void": True, "what": "; ".join(wrong)}
        before, after, flows = _felt(twin, watch, name)
        lost_early = sum(outage.lost for outage in watch.outages(clean.start, before))
        outages = watch.outages(before, after)
    worst, goal = max(outage.seconds for outage in outages), GOALS_SECONDS[name]
    row |= {
        "seconds": [round(outage.seconds, 6) for outage in outages],
        "lost": [outage.lost for outage in outages],
        "gap_seconds": [round(outage.longest_gap_seconds, 6) for outage in outages],
        "resolution_seconds": [round(outage.resolution_seconds, 6) for outage in outages],
        "void": lost_early > 0,
        "ok": flows and not lost_early and worst <= goal,
    }
    if not row["ok"]:
        late = max(outage.resolution_seconds for outage in outages)
        what = f"{worst * 1000:.1f} ms, goal {goal * 1000:.0f} ms (probes up to {late * 1000:.1f} ms apart)"
        row["what"] = "traffic did not come back" if not flows else "lost before the fault" if lost_early else what
    return row


def one(twin: Twin, name: str, steady: float, *, busy: bool) -> dict[str, Any]:
    """One event after so many clean seconds, and the room whole again: the row."""
    site = twin.site
    flow: Flow = choose(site, site.systems["website"], LINE)
    how = login(site, twin.where)
    ends = (site.lines[LINE].ends[0].device, site.lines[LINE].ends[1].device)
    row: dict[str, Any] = {"event": name, "load": "busy" if busy else "idle", "goal_seconds": GOALS_SECONDS[name]}
    try:
        with Watch(lambda n, c: how.command(management_address(site, n), c), flow, ends, None, 300) as watch:
            row |= _measured(twin, watch, name, steady, busy=busy)
    finally:
        until(lambda: _mended(twin), WHOLE_SECONDS)
    took = until(lambda: _whole(twin), WHOLE_SECONDS, every_seconds=0.2)
    row["whole_again_seconds"] = None if took is None else round(took, 3)
    if took is None:
        row |= {"ok": False, "what": f"not whole again {WHOLE_SECONDS:.0f} s after mending"}
    return row


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The rows of the runs start … start+count-1. Seed and number draw where in the hellos' beat an event falls."""
    twin = _room(state.resolve())
    rows = []
    for number in range(start, start + count):
        name, busy = event(number)
        steady = STEADY_SECONDS + random.Random(f"{seed}-{number}").uniform(0, 0.5)
        rows.append(one(twin, name, steady, busy=busy))
    return rows
