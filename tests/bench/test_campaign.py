"""A campaign goes on where it stopped, and a run that was not good is not forgotten."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from bench import campaign


@given(st.sets(st.integers(0, 30)), st.integers(0, 25), st.integers(0, 25))
def test_the_gaps_are_exactly_the_runs_not_done(done, runs, first):
    missing = [n for start, count in campaign.gaps(done, runs, first) for n in range(start, start + count)]
    assert missing == [n for n in range(first, runs) if n not in done]


def test_a_slice_does_every_run_once_in_order_and_stops_at_its_deadline(tmp_path):
    def run(seed, start, count, state):
        return [{"ok": True, "s": seed} for _ in range(count)]

    module = SimpleNamespace(run=run)
    chunks = list(campaign.slice_of(module, 7, [(0, 3), (5, 40)], time.monotonic() + 60, tmp_path))
    assert [row["run"] for rows in chunks for row in rows] == [0, 1, 2, *range(5, 45)]
    assert {row["s"] for rows in chunks for row in rows} == {7}
    assert list(campaign.slice_of(module, 7, [(0, 3)], time.monotonic() - 1, tmp_path)) == []


def test_a_line_cut_short_by_a_kill_is_run_again(tmp_path):
    file = tmp_path / "campaign-x.jsonl"
    campaign.write(file, [{"run": 0, "ok": True}, {"run": 1, "ok": True}])
    file.write_text(file.read_text() + '{"run": 2, "o')
    assert [row["run"] for row in campaign.read(file)] == [0, 1]
    campaign.write(file, [{"run": 2, "ok": True}])
    assert [json.loads(line)["run"] for line in file.read_text().splitlines()] == [0, 1, 2]


def test_the_exit_code_tells_bad_runs_and_an_unfinished_campaign(capsys):
    good, bad = {"run": 0, "ok": True, "commit": "c"}, {"run": 1, "ok": False, "what": "two primaries", "commit": "c"}
    assert campaign.summary("x", [good], 1) == 0
    assert campaign.summary("x", [good], 2) == 5
    assert campaign.summary("x", [good, bad], 2) == 1
    assert "run 1: two primaries" in capsys.readouterr().out
