"""Met, missed, unknown: the whole table."""

from __future__ import annotations

import itertools

import pytest

from bcp.verdict import Verdict, of_recovery, of_run
from monitoring.probes.recovery import Recovery

MET, MISSED, UNKNOWN = Verdict.met, Verdict.missed, Verdict.unknown


def seen(rto: float | None, probes: int = 100) -> Recovery:
    return Recovery(probes, 0 if rto == 0 else 3, rto, 0.01)


# recovery, target, void → verdict
TABLE = [
    (seen(0.0), 10.0, False, MET),
    (seen(0.0), 0.0, False, MET),
    (seen(9.99), 10.0, False, MET),
    (seen(10.0), 10.0, False, MET),
    (seen(10.01), 10.0, False, MISSED),
    (seen(0.01), 0.0, False, MISSED),
    (seen(None), 10.0, False, MISSED),  # it never came back
    (seen(None, probes=0), 10.0, False, UNKNOWN),  # nobody asked
    (None, 10.0, False, UNKNOWN),
    (seen(0.0), None, False, UNKNOWN),  # no target
    (seen(0.0), 10.0, True, UNKNOWN),  # the run proved nothing
    (seen(None), 10.0, True, UNKNOWN),
]


@pytest.mark.parametrize(("recovery", "target", "void", "verdict"), TABLE)
def test_a_measure_is_judged_by_its_target(recovery, target, void, verdict):
    assert of_recovery(recovery, target, void=void) is verdict


def test_a_run_is_as_good_as_its_worst_measure():
    worst = {(): UNKNOWN, (MET,): MET, (MET, UNKNOWN): UNKNOWN, (MET, MISSED): MISSED, (UNKNOWN, MISSED): MISSED}
    for measures, verdict in worst.items():
        for order in itertools.permutations(measures):
            assert of_run(order) is verdict
