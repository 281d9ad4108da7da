"""`python -m monitoring.entry`, as a unit starts it, and killed as nobody would stop it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import inventory
from bench.campaigns import entry
from tests.monitoring.entries import SITE, line

ROOT = Path(__file__).parents[2]


@pytest.fixture
def state(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "entry-cards").write_text("a key")
    (tmp_path / "entry" / "spool").mkdir(parents=True)
    (tmp_path / "entry" / "spool" / "a.log").write_text(line(1) + line(2))
    return tmp_path


def started(state, *words: str):
    command = [sys.executable, "-m", "monitoring.entry", "--site", str(SITE), "--state", str(state), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def count(state):
    try:
        with sqlite3.connect(f"file:{state / 'entry' / 'entry.sqlite'}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM event").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_once_reads_what_is_there_and_ends(state):
    out, err = (running := started(state, "--once")).communicate(timeout=60)
    assert (running.returncode, out, err, count(state)) == (0, "", "", 2)


def test_it_follows_until_it_is_told_to_end_and_a_second_one_does_not_start(state):
    running = started(state)
    try:
        deadline = time.monotonic() + 60
        with (state / "entry" / "spool" / "a.log").open("a") as stream:
            stream.write(line(3))
        while count(state) < 3 and time.monotonic() < deadline:
            assert running.poll() is None, running.stderr.read()
        second = started(state, "--once")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 1
        assert "another process" in said
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err, count(state)) == (0, "", "", 3)


def test_without_its_secret_it_says_so_and_does_nothing(state):
    (state / "keys" / "entry-cards").unlink()
    running = started(state, "--once")
    _, said = running.communicate(timeout=60)
    assert running.returncode == 7
    assert "entry-cards" in said
    assert "\n  next: " in said
    assert not (state / "entry" / "entry.sqlite").exists()


def test_a_file_that_may_not_be_read_is_named_and_holds_up_nothing(state):
    closed = state / "entry" / "spool" / "closed.log"
    closed.write_text(line(9))
    closed.chmod(0)
    # root may read everything, unless it may not
    before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*before, sys.executable, "-m", "monitoring.entry", "--site", str(SITE), "--state", str(state), "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, count(state)) == (0, 2)
    assert done.stderr == f"entry: {closed} is not read: it may not be opened\n"


def test_killed_at_any_moment_it_loses_and_doubles_nothing(tmp_path):
    row = entry.one(inventory.load(SITE), "a sample", tmp_path / "run", 3000)
    assert row["ok"], row
    assert row["kills"] >= 1
