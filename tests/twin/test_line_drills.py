"""Drills of a line in the twin: figures that count, runs that do not, and a room that is whole whatever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import journal
from bcp.record import runs
from bcp.recover import left
from bcp.until import until
from journal import lease, undo
from journal.drills import BEGUN
from mroom import schemas
from twin.room import Twin

ROOT = Path(__file__).parent.parent.parent
MROOM = str(Path(sys.executable).with_name("mroom"))
GONE_SECONDS = 10.0
"""From the kill to a whole room (acceptance of the project)."""
PAGE = "http://203.0.113.80/"
TRIES = 4
"""A machine that never holds still for two seconds makes a run void; it is then made again."""


def environment(twin: Twin) -> dict[str, str]:
    return {**os.environ, "MROOM_STATE": str(twin.where), "PYTHONPATH": str(ROOT)}


def mroom(twin: Twin, *words: str) -> tuple[int, Any, str]:
    """Run a verb with --json: exit code, document, log."""
    command = [MROOM, *words, "--json"]
    done = subprocess.run(command, env=environment(twin), capture_output=True, text=True, check=False, timeout=600)
    return done.returncode, json.loads(done.stdout), done.stderr


def serves(twin: Twin) -> bool:
    return twin.exec("staff", ["curl", "-sf", "-m", "2", "-o", "/dev/null", PAGE]).returncode == 0


@pytest.fixture(scope="module")
def room(twin: Twin) -> Twin:
    """The twin with the web site on it."""
    if not serves(twin):
        code, document, log = mroom(twin, "apply", "--only", "servers")
        assert code == 0, (document, log)
    assert until(lambda: serves(twin), 60, 0.2) is not None
    return twin


def whole(twin: Twin) -> bool:
    adjacencies = twin.status()["adjacencies"]
    return twin.faults() == () and twin.carries("line-a") and adjacencies["full"] == adjacencies["expected"]


@pytest.fixture(autouse=True)
def ends_whole(room: Twin) -> Iterator[None]:
    """However a test ends, the shared twin is left whole and nothing is left to recover."""
    assert until(lambda: whole(room), 60, 0.2) is not None
    yield
    room.mend()
    mroom(room, "drill", "recover")
    assert until(lambda: whole(room), 60, 0.2) is not None


def counted(twin: Twin, *words: str) -> tuple[int, Any]:
    """A run that is not void; the machine has several chances to hold still."""
    for _ in range(TRIES):
        code, document, log = mroom(twin, "drill", "run", *words)
        if code != 5:
            assert "error" not in document, (document, log)
            return code, document
    raise AssertionError(f"void {TRIES} times: {document['findings']}\n{log}")


@pytest.mark.parametrize("element", ["line-a", "line-b"])
@pytest.mark.parametrize(("drill", "kind"), [("line-cut", "cut"), ("line-silent", "silent")])
def test_a_line_that_fails_is_felt_for_a_moment_and_the_run_proves_that_it_was_that_line(room, drill, kind, element):
    before = room.counters(element)
    code, document = counted(room, drill, "--element", element)
    assert (code, document["verdict"], document["restored"]) == (0, "met", True)
    jsonschema.validate(document, schemas.schema("drill run"))
    assert (document["element"], document["kind"]) == (element, kind)
    assert len(document["outages"]) == 2
    for outage in document["outages"]:
        assert outage["crossed_the_fault"]
        assert outage["real_time"]
        assert 0 <= outage["seconds"] < 1.0  # the goals are for the bench, on a machine that does nothing else
    assert sum(outage["lost"] for outage in document["outages"]) > 0  # a fault that nobody felt was not on the path
    measure = document["measures"][0]
    assert measure["system"] == "website"
    assert measure["rto_seconds"] <= measure["rto_target_seconds"]
    assert measure["requests"] >= 100
    assert document["marks"]["fault"] < document["marks"]["mended"]
    after = room.counters(element)
    assert all(after[node].tx_packets - before[node].tx_packets > 2000 for node in after)
    with journal.open(room.where) as opened:
        assert runs(opened)[-1] == document
        assert undo.pending(opened) == []


ELSEWHERE = """
import sys
from dataclasses import replace
import journal
from bcp.flow import Flow
from bcp.plan import make
from bcp.run import run
from bcp.shelf import load
from inventory.cabling import management_address
from monitoring.probes.udp import Point
from mroom.drilling import ground, site_of
from mroom.settings import settings
import json
site = site_of(None)
plan = make(site, load("line-cut", site), "line-a")
points = tuple(Point(node, management_address(site, node)) for node in ("web-s", "web-c"))
plan = replace(plan, flow=Flow(points, "line-a", forward=False, certain=True))
steady = plan.drill.steady.model_copy(update={"attempts": 2})
plan = replace(plan, drill=plan.drill.model_copy(update={"steady": steady}))
with journal.open(settings().state) as opened:
    print(json.dumps(run(plan, ground(None, opened)).document()))
"""


def test_a_flow_that_does_not_cross_the_line_makes_the_run_void_and_breaks_nothing(room):
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env=environment(room),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    document = json.loads(done.stdout)
    assert (document["verdict"], document["restored"]) == ("unknown", True)
    assert not any(outage["crossed_the_fault"] for outage in document["outages"])
    assert document["marks"]["fault"] is None
    assert any("did not cross" in finding["text"] for finding in document["findings"])


class Running:
    """A drill under way in a process group of its own, followed by its log."""

    def __init__(self, twin: Twin, *words: str) -> None:
        self.process = subprocess.Popen(
            [MROOM, "drill", "run", *(words or ("line-cut",)), "--json"],
            env=environment(twin),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self.log: list[str] = []

    def at(self, step: str) -> bool:
        """Follow the log until a line begins with `step`; False when the run ended before."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if line.startswith(step):
                return True
        return False

    @property
    def guard(self) -> int:
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if b"mroom.guard" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
        raise AssertionError("no guard")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.close()

    def close(self) -> tuple[int, Any]:
        out, _ = self.process.communicate(timeout=120)
        return self.process.returncode, json.loads(out) if out else None


def started(twin: Twin, step: str) -> Running:
    """A drill that has come to a step; a run that was void before is made again."""
    for _ in range(TRIES):
        running = Running(twin)
        if running.at(step):
            return running
        running.close()
    raise AssertionError(f"never came to {step!r}: {running.log}")


def recovered(twin: Twin) -> Callable[[], bool]:
    def true() -> bool:
        with journal.open(twin.where) as opened:
            return not left(opened) and twin.faults() == ()

    return true


@pytest.mark.parametrize(
    "step", ["probing", "steady", "break", "wait until traffic is flowing", "mend", "wait until traffic is as"]
)
def test_the_guard_puts_the_room_back_when_the_runner_and_its_group_are_killed(room, step):
    running = started(room, step)
    killed = time.monotonic()
    running.kill()
    assert until(recovered(room), GONE_SECONDS, 0.1) is not None
    assert time.monotonic() - killed < GONE_SECONDS
    assert until(lambda: room.carries("line-a"), GONE_SECONDS) is not None
    assert mroom(room, "drill", "recover")[:2] == (0, {"runs": []})
    with journal.open(room.where) as opened:
        last = runs(opened)[-1]
    assert (last["verdict"], last["restored"], last["aborted_by"]) == ("unknown", True, "runner-died")
    jsonschema.validate({"runs": [last]}, schemas.schema("drill history"))


def test_recover_finishes_what_is_left_when_runner_and_guard_are_killed(room):
    running = started(room, "wait until traffic is flowing")
    os.kill(running.process.pid, signal.SIGSTOP)
    os.kill(running.guard, signal.SIGKILL)
    running.kill()
    assert [fault.element for fault in room.faults()] == ["line-a"]
    code, document, _ = mroom(room, "drill", "recover")
    assert code == 0
    assert [(run["undone"], run["restored"]) for run in document["runs"]] == [(["line-a"], True)]
    assert room.faults() == ()
    assert mroom(room, "drill", "recover")[:2] == (0, {"runs": []})


def test_a_run_whose_guard_is_killed_ends_and_puts_the_room_back_itself(room):
    running = started(room, "wait until traffic is flowing")
    os.kill(running.guard, signal.SIGKILL)
    code, document = running.close()
    assert (code, document["restored"], document["aborted_by"]) == (6, True, "guard-lost")
    assert room.faults() == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_stopped_puts_the_room_back_and_says_so(room, number):
    running = started(room, "wait until traffic is flowing")
    os.killpg(running.process.pid, number)
    code, document = running.close()
    assert (code, document["restored"], document["aborted_by"]) == (6, True, "stopped")
    assert document["verdict"] == "unknown"
    assert room.faults() == ()


def test_a_frozen_runner_is_taken_for_dead_and_ends_when_it_wakes(room):
    running = started(room, "wait until traffic is flowing")
    os.kill(running.process.pid, signal.SIGSTOP)
    assert until(lambda: room.faults() == (), GONE_SECONDS, 0.1) is not None
    assert until(recovered(room), GONE_SECONDS, 0.1) is not None
    os.kill(running.process.pid, signal.SIGCONT)
    code, document = running.close()
    assert code == 6
    assert document["aborted_by"] in ("guard-lost", "lease-lost")  # whichever the runner looks at first
    with journal.open(room.where) as opened:
        assert [body["run"] for body in runs(opened)].count(document["run"]) == 1


def test_while_somebody_else_works_no_drill_begins_and_none_is_recovered(room):
    begun = {"run": "other", "drill": "line-cut", "element": "line-a", "kind": "cut", "started": "2026-11-25"}
    with journal.open(room.where) as opened, lease.hold(room.where, room.site.site.name, "drill", "other"):
        opened.append(BEGUN, begun)
        undo.intend(opened, "other", {"break": "line-a", "kind": "cut"}, {"mend": "line-a"})
        room.break_("line-a", "cut")
        for words in (("run", "line-silent"), ("recover",)):
            code, document, _ = mroom(room, "drill", *words)
            assert (code, document["error"]["code"]) == (1, "lease-held")
        assert [fault.element for fault in room.faults()] == ["line-a"]
    code, document, _ = mroom(room, "drill", "run", "line-silent")
    assert (code, document["error"]["code"]) == (1, "not-ready")
    assert "mroom drill recover" in document["error"]["hint"]
    code, document, _ = mroom(room, "drill", "recover")
    assert (code, document["runs"]) == (0, [{"run": "other", "undone": ["line-a"], "restored": True}])
    assert room.faults() == ()


def test_a_room_that_is_broken_already_is_not_drilled(room):
    room.break_("campus-2", "cut")
    code, document, _ = mroom(room, "drill", "run", "line-cut")
    assert (code, document["error"]["code"]) == (1, "not-ready")
    assert "campus-2" in document["error"]["message"]


def test_a_frozen_site_is_not_drilled(room):
    assert mroom(room, "freeze", "on", "--reason", "typhoon")[0] == 0
    try:
        code, document, _ = mroom(room, "drill", "run", "line-cut")
    finally:
        assert mroom(room, "freeze", "off", "--reason", "it has passed")[0] == 0
    assert (code, document["error"]["code"]) == (1, "frozen")
