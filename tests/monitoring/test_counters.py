"""Whether packets crossed a line, from the counters at both of its ends."""

from __future__ import annotations

import pytest

from monitoring.probes.counters import CROSSING_SHARE, LineRates, Rates, Reading, line_rates, rates, share

QUIET = LineRates(Rates(received=700, sent=710), Rates(received=705, sent=702))


def loaded(*, forward: float, backward: float, seen_at_second: float | None = None) -> LineRates:
    """The line with two streams on it; `seen_at_second` when the second end did not take in all that the first sent."""
    return LineRates(
        Rates(received=700 + backward, sent=710 + forward),
        Rates(received=705 + (forward if seen_at_second is None else seen_at_second), sent=702 + backward),
    )


# what the line carried → share forward, share backward
TABLE = [
    (loaded(forward=1000, backward=1000), 1.0, 1.0),
    (loaded(forward=1000, backward=0), 1.0, 0.0),
    (loaded(forward=0, backward=1000), 0.0, 1.0),
    (loaded(forward=0, backward=0), 0.0, 0.0),
    (loaded(forward=1000, backward=1000, seen_at_second=300), 0.3, 1.0),  # the end that saw less decides
    (loaded(forward=-50, backward=950), -0.05, 0.95),  # other traffic moves a little
]


@pytest.mark.parametrize(("line", "forward", "backward"), TABLE)
def test_each_direction_is_judged_by_the_end_that_saw_less_of_it(line, forward, backward):
    assert share(QUIET, line, 1000, forward=True) == pytest.approx(forward)
    assert share(QUIET, line, 1000, forward=False) == pytest.approx(backward)


def test_other_traffic_of_the_line_is_not_taken_for_the_stream():
    assert share(QUIET, QUIET, 1000, forward=True) < CROSSING_SHARE


def test_rates_are_per_second_of_the_nodes_own_clock():
    assert rates(Reading(0, 10, 20), Reading(500_000_000, 510, 120)) == Rates(1000, 200)
    first, second = Reading(0, 0, 0), Reading(10, 0, 0)
    assert line_rates((first, second), (Reading(10**9, 1, 2), Reading(10 + 2 * 10**9, 2, 4))).second == Rates(1, 2)


def test_two_readings_of_one_instant_have_no_rate():
    with pytest.raises(ValueError, match="instant"):
        rates(Reading(5, 1, 1), Reading(5, 2, 2))
