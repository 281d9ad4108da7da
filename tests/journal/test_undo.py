"""What takes an action back is known before the action is done, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal
from journal import undo

ROOT = Path(__file__).parents[2]


def test_pending_steps_come_last_first_and_per_run(tmp_path):
    with journal.open(tmp_path) as opened:
        one = undo.intend(opened, "r1", {"break": "line-a"}, {"mend": "line-a"})
        two = undo.intend(opened, "r1", {"break": "line-b"}, {"mend": "line-b"})
        other = undo.intend(opened, "r2", {"break": "ups"}, {"mend": "ups"})
        assert undo.pending(opened) == [other, two, one]
        assert undo.pending(opened, "r1") == [two, one]
        undo.done(opened, two)
        undo.done(opened, two)
        assert undo.pending(opened, "r1") == [one]
        assert undo.find(opened, one.id) == one
        with pytest.raises(journal.JournalError, match="no step"):
            undo.find(opened, two.id + 2)


def test_a_step_is_pending_after_a_kill_right_after_the_record(tmp_path):
    code = """
import os, signal, sys, journal
from journal import undo
undo.intend(journal.open(sys.argv[1]), "r", {"break": "line-a"}, {"mend": "line-a"})
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False).returncode == -9
    with journal.open(tmp_path) as opened:
        assert [step.undo for step in undo.pending(opened, "r")] == [{"mend": "line-a"}]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=12))
def test_pending_is_what_was_intended_and_not_done(tmp_path_factory, steps):
    with journal.open(tmp_path_factory.mktemp("state")) as opened:
        expected = []
        for run, finish in steps:
            step = undo.intend(opened, run, {}, {})
            if finish:
                undo.done(opened, step)
            else:
                expected.insert(0, step)
        assert undo.pending(opened) == expected
        for run in "ab":
            assert undo.pending(opened, run) == [step for step in expected if step.run == run]
