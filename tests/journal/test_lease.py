"""One lease per site: never two holders, and a dead holder never blocks the living."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import journal
from journal import lease
from journal.process import Process

ROOT = Path(__file__).parents[2]
PAUSE = threading.Event()
HOLDER = """
import sys
from pathlib import Path
from journal import lease
with lease.hold(Path(sys.argv[1]), "city", "drill", "line-cut", holder="hanako", seconds=float(sys.argv[2])) as held:
    print(held.lease.epoch, flush=True)
    for line in sys.stdin:
        held.share(int(line))
        print("shared", flush=True)
"""


def holder(state: Path, seconds: float = 30) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", HOLDER, str(state), str(seconds)]
    process = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline().strip().isdigit()
    return process


def taken_within(state: Path, seconds: float) -> lease.Held:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return lease.take(state, "city", "change", "vlan", holder="taro")
        except journal.LeaseHeld:
            assert time.monotonic() < deadline, "the lease was not freed in time"
            PAUSE.wait(0.02)


def test_a_second_holder_is_told_who_holds_it_and_for_what(tmp_path):
    with lease.hold(tmp_path, "city", "drill", "line-cut", holder="hanako"):
        with pytest.raises(journal.LeaseHeld, match=r"city.*drill 'line-cut' of hanako") as raised:
            lease.take(tmp_path, "city", "change", "vlan")
        assert (raised.value.exit_code, raised.value.code) == (1, "lease-held")
        assert raised.value.hint
        now = lease.current(tmp_path, "city")
        assert now is not None
        assert (now.holder, now.kind, now.processes[0].pid) == ("hanako", "drill", os.getpid())


def test_after_the_block_it_is_free_also_when_the_block_failed(tmp_path):
    with pytest.raises(ZeroDivisionError), lease.hold(tmp_path, "city", "drill", "x"):
        raise ZeroDivisionError
    assert lease.current(tmp_path, "city") is None
    with lease.hold(tmp_path, "city", "drill", "y") as held:
        assert held.lease.epoch == 2


def test_two_sites_do_not_wait_for_each_other(tmp_path):
    with lease.hold(tmp_path, "a", "drill", "x"), lease.hold(tmp_path, "b/c", "drill", "x"):
        assert lease.current(tmp_path, "a")
        assert lease.current(tmp_path, "b/c")


def test_a_killed_holder_is_taken_over_at_once_and_the_journal_tells_it(tmp_path):
    process = holder(tmp_path)
    with pytest.raises(journal.LeaseHeld):
        lease.take(tmp_path, "city", "change", "vlan")
    process.kill()
    process.wait(timeout=30)
    held = lease.take(tmp_path, "city", "change", "vlan", holder="taro")
    with journal.open(tmp_path) as opened:
        told = [entry.body for entry in opened.entries(kind="lease-taken-over")]
    assert [("hanako" in body["from"], "taro" in body["by"]) for body in told] == [(True, True)]
    held.release()


def test_a_holder_that_hangs_loses_the_lease_and_notices_it(tmp_path):
    process = holder(tmp_path, seconds=0.5)
    process.send_signal(signal.SIGSTOP)
    held = taken_within(tmp_path, 60)
    process.send_signal(signal.SIGCONT)
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{os.getpid()}\n")
    process.stdin.close()
    assert process.stdout.read() == ""
    assert process.wait(timeout=30) == 1
    held.check()
    held.release()


def test_the_heartbeat_keeps_a_short_lease(tmp_path):
    process = holder(tmp_path, seconds=3)
    first = lease.current(tmp_path, "city")
    assert first is not None
    deadline = time.monotonic() + 60
    while (now := lease.current(tmp_path, "city")) is not None and now.deadline < first.deadline + 3:
        assert time.monotonic() < deadline
        PAUSE.wait(0.02)
    assert now is not None
    assert now.epoch == 1
    process.communicate(timeout=30)


def test_a_guard_keeps_the_lease_of_its_dead_runner(tmp_path):
    process = holder(tmp_path)
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{os.getpid()}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "shared\n"
    process.kill()
    process.wait(timeout=30)
    with pytest.raises(journal.LeaseHeld):
        lease.take(tmp_path, "city", "change", "vlan")
    with lease.join(tmp_path, "city", epoch=1) as held:
        held.check()
        with pytest.raises(journal.LeaseHeld):
            lease.take(tmp_path, "city", "change", "vlan")
    lease.take(tmp_path, "city", "change", "vlan").release()
    with pytest.raises(journal.LeaseLost), lease.join(tmp_path, "city", epoch=1):
        pass


def test_after_a_reboot_the_old_holder_is_not_believed_to_live(tmp_path):
    held = lease.take(tmp_path, "city", "drill", "x", seconds=30)
    file = tmp_path / "lease" / "city.json"
    document = json.loads(file.read_text())
    document["lease"]["machine"] = document["lease"]["processes"][0]["machine"] = "another boot"
    file.write_text(json.dumps(document))
    assert lease.current(tmp_path, "city") is not None  # it may be another machine: its time must run out
    document["lease"]["expires"] = time.time() - 1
    file.write_text(json.dumps(document))
    assert lease.current(tmp_path, "city") is None
    lease.take(tmp_path, "city", "change", "y").release()
    with pytest.raises(journal.LeaseLost):
        held.renew()


def test_a_pid_that_is_used_again_is_another_process():
    me = Process.of()
    assert not me.gone()
    assert Process(me.machine, me.pid, me.started - 1).gone()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    with pytest.raises(ProcessLookupError):  # dead, though its parent has not yet asked for its exit code
        Process.of(child)
    os.waitpid(child, 0)


def test_a_file_that_is_no_lease_is_explained(tmp_path):
    (tmp_path / "lease").mkdir()
    (tmp_path / "lease" / "city.json").write_text("{")
    with pytest.raises(journal.JournalError, match="cannot be read"):
        lease.take(tmp_path, "city", "drill", "x")


class Leases(RuleBasedStateMachine):
    """Actors take, renew, give back, die and come again, while time passes; a model says who may hold the lease."""

    ACTORS = st.integers(1, 4)

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.state = Path(self.folder.name)
        self.time, self.births = 100.0, dict.fromkeys(range(1, 5), 1)
        self.alive = set(self.births)
        self.held: dict[int, lease.Held] = {}
        self.owner: tuple[int, int, float] | None = None  # actor, birth, deadline
        self.epochs: list[int] = []
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(lease, "_clock", lambda: self.time)
        self.patch.setattr(Process, "gone", lambda process: not self.lives(process.pid, process.started))

    def teardown(self) -> None:
        self.patch.undo()
        self.folder.cleanup()

    def lives(self, actor: int, birth: int) -> bool:
        return actor in self.alive and self.births[actor] == birth

    def free(self) -> bool:
        return self.owner is None or self.time >= self.owner[2] or not self.lives(*self.owner[:2])

    @rule(actor=ACTORS, seconds=st.integers(1, 20))
    def takes(self, actor: int, seconds: int) -> None:
        if actor not in self.alive:
            return
        me = Process(lease.machine(), actor, self.births[actor])
        self.patch.setattr(Process, "of", staticmethod(lambda: me))
        try:
            held = lease.take(self.state, "city", "drill", "x", holder=str(actor), seconds=seconds)
        except journal.LeaseHeld:
            assert not self.free()
            return
        assert self.free()
        self.epochs.append(held.lease.epoch)
        self.held[actor] = held
        self.owner = (actor, self.births[actor], self.time + seconds)

    @rule(actor=ACTORS, back=st.booleans())
    def renews_or_gives_back(self, actor: int, back: bool) -> None:
        held = self.held.get(actor)
        if held is None or actor not in self.alive:
            return
        mine = self.owner is not None and held.lease.epoch == self.epochs[-1]
        if back:
            held.release()
            del self.held[actor]
            self.owner = None if mine else self.owner
            return
        try:
            held.renew()
        except journal.LeaseLost:
            assert not mine
            return
        assert mine
        assert self.owner is not None
        self.owner = (actor, self.births[actor], self.time + held._seconds)

    @rule(actor=ACTORS)
    def dies_or_comes_again(self, actor: int) -> None:
        self.held.pop(actor, None)
        if actor in self.alive:
            self.alive.discard(actor)
        else:
            self.alive.add(actor)
            self.births[actor] += 1

    @rule(seconds=st.integers(1, 15))
    def time_passes(self, seconds: int) -> None:
        self.time += seconds

    @invariant()
    def the_file_says_what_the_model_says(self) -> None:
        now = lease.current(self.state, "city")
        assert (now is None) == self.free()
        assert self.epochs == list(range(1, len(self.epochs) + 1))


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
