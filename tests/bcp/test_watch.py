"""When a stretch without a fault allows a figure to count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bcp.watch import Clean, Mark
from monitoring.probes.outage import Outage

QUIET = Outage(lost=0, seconds=0.0, longest_gap_seconds=0.0011, resolution_seconds=0.001)
CLEAN = Clean(Mark((0, 0), 0), (0.99, 1.01), (QUIET, QUIET), (), 200)

# what is otherwise → words of the faults
TABLE = [
    ({}, []),
    ({"shares": (0.99, 0.02)}, ["back stream did not cross: counters rose by 2%"]),
    ({"shares": (-0.01, 0.89)}, ["there stream did not cross: counters rose by 0%", "back stream did not cross"]),
    ({"outages": (replace(QUIET, lost=1, seconds=0.001), QUIET)}, ["there stream lost 1 probes"]),
    ({"outages": (QUIET, replace(QUIET, longest_gap_seconds=0.0021))}, ["back stream had a gap of 2.1 ms"]),
    ({"errors": ("timeout", "timeout", "status 503")}, ["3 of 200 requests failed without a fault (timeout)"]),
]


@pytest.mark.parametrize(("otherwise", "words"), TABLE)
def test_a_stretch_counts_only_when_nothing_is_wrong_with_it(otherwise, words):
    faults = replace(CLEAN, **otherwise).faults(0.002)
    assert len(faults) == len(words)
    for fault, expected in zip(faults, words, strict=True):
        assert expected in fault
