"""The guard: when it acts, when it does not, and what the runner learns of it. Real processes, no room."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bcp.guard import SILENCE_SECONDS, Guard, GuardLost
from bcp.until import until

ROOT = Path(__file__).parent.parent.parent
STAND = "import sys, pathlib; from bcp.guard import stand; stand(lambda: pathlib.Path(sys.argv[1]).write_text('acted'))"
RUNNER = """
import sys, pathlib, signal
from bcp.guard import Guard
guard = Guard([sys.executable, "-c", sys.argv[1], sys.argv[2]], pathlib.Path(sys.argv[2] + ".log"))
print(guard.pid, flush=True)
signal.pause()
"""


def command(deed: Path) -> list[str]:
    return [sys.executable, "-c", STAND, str(deed)]


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def deed(tmp_path) -> Path:
    return tmp_path / "deed"


@pytest.fixture
def runner(deed):
    """A runner with its guard, in a group of its own; yields the process and its guard's pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, STAND, str(deed)], stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert process.stdout is not None
    yield process, int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_dismissed_guard_goes_home_without_acting(deed, tmp_path):
    guard = Guard(command(deed), tmp_path / "log")
    guard.check()
    guard.dismiss(whole=True)
    assert not deed.exists()
    with pytest.raises(GuardLost):
        guard.check()


def test_a_guard_whose_room_is_not_whole_is_left_to_its_work(deed, tmp_path):
    Guard(command(deed), tmp_path / "log").dismiss(whole=False)
    assert until(deed.exists, 10) is not None


def test_it_acts_at_once_when_the_whole_group_of_the_runner_is_killed(runner, deed):
    process, _ = runner
    os.killpg(process.pid, signal.SIGKILL)
    took = until(deed.exists, 10)
    assert took is not None
    assert took < SILENCE_SECONDS


def test_it_acts_when_the_runner_is_frozen_and_not_before_its_silence(runner, deed):
    process, _ = runner
    start = time.monotonic()
    os.kill(process.pid, signal.SIGSTOP)
    assert until(deed.exists, SILENCE_SECONDS + 10) is not None
    assert time.monotonic() - start >= SILENCE_SECONDS - 1.5  # the last beat is up to a second old by then


def test_it_does_not_act_while_the_beats_come(runner, deed):
    assert until(deed.exists, SILENCE_SECONDS + 1) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_only_a_kill_ends_a_guard(runner, deed, number):
    process, guard = runner
    os.kill(guard, number)
    os.killpg(process.pid, signal.SIGKILL)
    assert until(deed.exists, 10) is not None


def test_what_mending_starts_does_not_inherit_deafness(deed, tmp_path):
    act = "lambda: pathlib.Path(sys.argv[1]).write_bytes(subprocess.check_output(['cat', '/proc/self/status']))"
    code = f"import sys, pathlib, subprocess; from bcp.guard import stand; stand({act})"
    Guard([sys.executable, "-c", code, str(deed)], tmp_path / "log").dismiss(whole=False)
    assert until(lambda: deed.exists() and "SigIgn" in deed.read_text(), 10) is not None
    ignored = int(next(line.split()[1] for line in deed.read_text().splitlines() if line.startswith("SigIgn")), 16)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        assert not ignored & (1 << (number - 1))


def test_a_runner_learns_that_its_guard_was_killed(deed, tmp_path):
    guard = Guard(command(deed), tmp_path / "log")
    os.kill(guard.pid, signal.SIGKILL)

    def lost() -> bool:
        try:
            guard.check()
        except GuardLost:
            return True
        return False

    assert until(lost, 10) is not None
    guard.dismiss(whole=True)
    assert not deed.exists()


def test_a_guard_that_does_not_start_is_told_with_its_log(tmp_path):
    with pytest.raises(GuardLost, match="log"):
        Guard([sys.executable, "-c", "raise SystemExit('no twin')"], tmp_path / "log")
    assert "no twin" in (tmp_path / "log").read_text()
