"""Recovery time from the records of requests: a table of courses, and what must hold for any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.probes.recovery import Attempt, recovery

MS = 1_000_000


def attempts(course: str, server: str = "web-s") -> list[Attempt]:
    """One request every 10 ms that takes 2 ms: `.` good, `x` failed, `o` good but from the other building."""
    return [
        Attempt(n * 10 * MS, 2 * MS, sign != "x", {"o": "web-c", ".": server}.get(sign, ""))
        for n, sign in enumerate(course)
    ]


# course, good in a row → failed, rto seconds
TABLE = [
    ("......", 3, 0, 0.0),
    ("..xx....", 3, 2, 0.022),
    ("..x.....", 3, 1, 0.012),
    ("..x.x...", 3, 2, 0.032),  # one good answer between failures is no recovery
    ("..x...x...", 3, 2, 0.012),  # two short outages, not one long one
    ("..x...xx....", 3, 3, 0.022),  # the longest counts
    ("..xxx", 3, 3, None),
    ("..xxx..", 3, 3, None),  # too few good ones to be sure
    ("xxxx", 1, 4, None),
    ("x.", 1, 1, 0.012),
]


@pytest.mark.parametrize(("course", "good", "failed", "rto"), TABLE)
def test_recovery_runs_from_the_first_failed_to_the_first_of_several_good_ones(course, good, failed, rto):
    found = recovery(attempts(course), good)
    assert found.failed == failed
    assert found.rto_seconds == (None if rto is None else pytest.approx(rto))


def test_no_probe_at_all_is_not_a_recovery_in_no_time():
    found = recovery([], 3)
    assert (found.probes, found.rto_seconds) == (0, None)


def test_the_order_of_the_records_does_not_matter():
    course = attempts("..xx.x......")
    assert recovery(course[::-1], 3) == recovery(course, 3)


def test_it_tells_which_hosts_answered_in_turn():
    assert recovery(attempts("..xxooo"), 3).servers == ("web-s", "web-c")


def test_a_recovery_before_its_failure_is_an_error_and_not_a_good_figure():
    course = [Attempt(10, 0, good=False), Attempt(10, 0, good=True)]
    with pytest.raises(ValueError, match="clock"):
        recovery(course, 1)


@given(st.text(".x", max_size=80), st.integers(1, 5))
def test_a_recovery_time_is_positive_exactly_when_something_failed(course, good):
    found = recovery(attempts(course), good)
    if not course:
        assert found.rto_seconds is None
    elif "x" not in course:
        assert found.rto_seconds == 0.0
    else:
        ended = course.endswith("." * good)
        assert (found.rto_seconds is not None) == ended
        assert found.rto_seconds is None or found.rto_seconds >= 0.012
