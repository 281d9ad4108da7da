"""The outage campaign: which run is what, and how rows are summed up."""

from __future__ import annotations

from collections import Counter

from bench.campaigns.outage import GOALS_SECONDS, event
from bench.outage import spread, summary


def test_360_runs_are_a_hundred_busy_and_twenty_idle_of_each_event():
    assert Counter(event(number) for number in range(360)) == {
        (name, busy): 100 if busy else 20 for name in GOALS_SECONDS for busy in (True, False)
    }


def test_a_spread_is_in_milliseconds_and_its_95th_percentile_is_a_run_that_was_made():
    assert spread([n / 1000 for n in range(100, 0, -1)]) == {"min": 1.0, "median": 50.5, "p95": 95.0, "max": 100.0}
    assert spread([0.004]) == {"min": 4.0, "median": 4.0, "p95": 4.0, "max": 4.0}


def row(seconds: list[float] | None, *, void: bool = False, load: str = "busy") -> dict[str, object]:
    told = {} if seconds is None else {"seconds": seconds}
    return {"event": "cut", "load": load, "void": void, "ok": not void, **told}


def test_what_does_not_count_is_told_and_left_out_and_each_direction_stands_alone():
    rows = [row([0.010, 0.012]), row([0.030, 0.008]), row([0.5, 0.5], void=True), row(None, void=True)]
    cut = next(line for line in summary(rows) if (line["event"], line["load"]) == ("cut", "busy"))
    assert (cut["runs"], cut["void"], cut["over_goal"], cut["goal_ms"]) == (4, 2, 1, 20.0)
    assert (cut["there_ms"]["max"], cut["back_ms"]["max"]) == (30.0, 12.0)


def test_an_event_that_nobody_measured_has_no_figures():
    silent = next(line for line in summary([]) if (line["event"], line["load"]) == ("silent", "idle"))
    assert silent == {"event": "silent", "load": "idle", "runs": 0, "void": 0, "goal_ms": 40.0}
