"""Sequence numbers, clocks and silence of a controller."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.entry.event import Event
from monitoring.entry.track import Clock, Count, Heard

HOUR = 3_600_000


def event(number, said=0):
    return Event("ctl", "d", said, "in", "granted", sequence=number)


def run(*numbers: Any):
    """(order, kinds of facts) for numbers, or (number, said) pairs."""
    count, found = Count("ctl"), []
    for number in numbers:
        order, facts = count.order(event(*number) if isinstance(number, tuple) else event(number))
        found.append((order, [fact.kind for fact in facts]))
        count = Count("ctl", count.kept())
    return found


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ((5, 6, 7), [("new", []), ("new", []), ("new", [])]),
        ((5, 8, 6, 7, 9), [("new", []), ("new", ["gap"]), ("late", []), ("late", []), ("new", [])]),
        ((5, 8, 6, 6), [("new", []), ("new", ["gap"]), ("late", []), ("again", [])]),
        ((5, 6, 5), [("new", []), ("new", []), ("again", [])]),
        (((900, 10), (0, 20), (1, 30)), [("new", []), ("new", ["count-restarted"]), ("new", [])]),
        ((7, 8, 2, 3, 2, 9), [("new", [])] * 2 + [("late", [])] * 2 + [("again", []), ("new", [])]),
        ((None, 3, None, 4), [("new", []), ("new", []), ("new", []), ("new", [])]),
    ],
)
def test_numbers_tell_what_is_missing_late_or_there_again(numbers, found):
    assert run(*numbers) == found


def test_a_gap_says_how_many_are_missing():
    count = Count("ctl")
    count.order(event(5))
    _, facts = count.order(event(9))
    assert dict(facts[0].detail) == {"missing": 3, "first": 6, "last": 8}


@given(st.lists(st.integers(1, 30), max_size=60))
def test_no_number_counts_twice_and_what_never_came_is_told(numbers):
    count, taken, told = Count("ctl"), [], set()
    for number in [15, *numbers]:
        order, facts = count.order(event(number))
        if order != "again":
            taken.append(number)
        told |= {n for fact in facts for n in range(fact.detail["first"], fact.detail["last"] + 1)}
    assert sorted(taken) == sorted({15, *numbers})
    missing = set(range(min(taken), max(taken))) - set(taken)
    assert missing == {n for first, last in count.gaps for n in range(first, last + 1)}
    assert told >= {n for n in missing if n > 15}


@pytest.mark.parametrize(
    ("saids", "ats", "kinds"),
    [
        ([0, 10, 20], [0, 10, 20], []),
        ([10, 9, 12], [10, 10, 12], []),  # a step that is none
        ([5000, 100], [5000, 100], ["clock-back"]),
        ([10_300, 10_301], [10_000, 10_000], ["clock-ahead"]),  # our clock says 10,000
        ([10_300, 9000], [10_000, 9000], ["clock-ahead", "clock-ahead"]),  # begins, ends
        ([10_100], [10_100], []),
    ],
)
def test_clocks(saids, ats, kinds):
    clock, found, told = Clock("ctl"), [], []
    for said in saids:
        at, facts = clock.correct(said * 1000, 10_000_000, 120_000)
        found.append(at // 1000)
        told += [fact.kind for fact in facts]
        clock = Clock("ctl", clock.kept())
    assert (found, told) == (ats, kinds)


def test_silence_is_told_while_it_lasts_and_afterwards_if_nobody_was_there():
    heard = Heard("ctl")
    assert heard.record(1, HOUR) == []
    assert list(heard.quiet(HOUR + 1, HOUR)) == []
    (told,) = heard.quiet(HOUR + 2, HOUR)
    assert (told.kind, told.at, told.ended) == ("silent", HOUR + 1, False)
    assert list(heard.quiet(HOUR + 3, HOUR)) == []
    assert [fact.ended for fact in heard.record(2 * HOUR, HOUR)] == [True]
    assert [fact.ended for fact in heard.record(4 * HOUR, HOUR)] == [False, True]
    assert heard.record(3 * HOUR, HOUR) == []
