"""The outage computed from probe records, against a table and against brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.probes.outage import outage

MS = 1_000_000


def stream(pattern: str, late: dict[int, int] | None = None) -> tuple[list[int], dict[int, int]]:
    """One probe a millisecond: `.` arrives after 0.1 ms, `x` is lost; `late` moves a probe by so many milliseconds."""
    sent = [1000 * MS + (n + (late or {}).get(n, 0)) * MS for n in range(len(pattern))]
    return sent, {n: sent[n] + MS // 10 for n, sign in enumerate(pattern) if sign == "."}


# pattern, first, last → lost, seconds, longest gap, ended
TABLE = [
    ("..........", 0, None, 0, 0.0, 0.001, True),
    ("...xx.....", 0, None, 2, 0.002, 0.003, True),
    ("...xx.xxx.", 0, None, 5, 0.003, 0.004, True),
    (".xxx.xx...", 0, None, 5, 0.003, 0.004, True),
    ("xxx.......", 0, None, 3, 0.003, 0.001, True),
    ("......xxxx", 0, None, 4, 0.003, 0.001, False),
    ("xxxxxxxxxx", 0, None, 10, 0.009, 0.0, False),
    ("...xxxx...", 5, None, 2, 0.002, 0.001, True),
    ("...xxxx...", 0, 5, 2, 0.002, 0.001, True),
    (".....xx...", 0, 4, 0, 0.0, 0.001, True),
    (".x.x.x.x..", 0, None, 4, 0.001, 0.002, True),
]


@pytest.mark.parametrize(("pattern", "first", "last", "lost", "seconds", "gap", "ended"), TABLE)
def test_an_outage_is_the_longest_run_of_lost_probes(pattern, first, last, lost, seconds, gap, ended):
    found = outage(*stream(pattern), first, last)
    assert (found.lost, found.ended) == (lost, ended)
    assert found.seconds == pytest.approx(seconds)
    assert found.longest_gap_seconds == pytest.approx(gap)
    assert found.resolution_seconds == pytest.approx(0.001)


def test_a_late_sender_shows_as_coarse_resolution_and_not_as_loss():
    pattern = "." * 20
    sent, received = stream(pattern, {n: 15 for n in range(10, 20)})
    found = outage(sent, received)
    assert (found.lost, found.seconds) == (0, 0.0)
    assert found.resolution_seconds == pytest.approx(0.016)
    assert found.longest_gap_seconds == pytest.approx(0.016)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (3, 3), (10, None), (-1, None), (5, 2)])
def test_a_stretch_without_a_probe_says_nothing_and_is_refused(first, last):
    with pytest.raises(ValueError, match="no probe"):
        outage(*stream("." * 10), first, last)


def brute(sent: list[int], received: dict[int, int], first: int, last: int) -> tuple[int, float]:
    """Every contiguous stretch is tried; a stretch counts when all of it was lost."""
    best = (0, 0.0)
    for start in range(first, last):
        for end in range(start + 1, last + 1):
            if any(n in received for n in range(start, end)):
                break
            until = sent[end] if end < len(sent) else sent[-1]
            if end - start > best[0]:
                best = (end - start, (until - sent[start]) / 1e9)
    return sum(n not in received for n in range(first, last)), best[1]


@given(
    steps=st.lists(st.integers(1, 30 * MS), min_size=1, max_size=40),
    arrived=st.lists(st.booleans(), min_size=40, max_size=40),
    edges=st.tuples(st.integers(0, 39), st.integers(1, 40)),
)
def test_it_equals_brute_force_for_any_pattern_and_any_pace(steps, arrived, edges):
    sent = [sum(steps[: n + 1]) for n in range(len(steps))]
    received = {n: at + 1 for n, at in enumerate(sent) if arrived[n]}
    first, last = edges[0], min(edges[1], len(sent))
    if first >= last:
        return
    found = outage(sent, received, first, last)
    assert (found.lost, found.seconds) == brute(sent, received, first, last)


@given(arrived=st.lists(st.booleans(), min_size=2, max_size=60))
def test_a_gap_is_never_shorter_than_an_outage_between_two_arrivals(arrived):
    sent, received = stream("".join("." if sign else "x" for sign in [True, *arrived, True]))
    found = outage(sent, received)
    assert found.longest_gap_seconds >= found.seconds
