"""From the records of a probe stream to the outage that people would have felt. Pure.

Two clocks never meet here: an outage is a span of the sender's clock, a gap a span of the receiver's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Outage:
    """What one stretch of a probe stream lost."""

    lost: int
    """Probes that never arrived."""
    seconds: float
    """From the first probe of the longest run of lost ones to the next that arrived; 0.0 when none was lost."""
    longest_gap_seconds: float
    """Between two receipts that follow one another."""
    resolution_seconds: float
    """The longest time between two probes sent: how finely this stretch was looked at."""
    ended: bool = True
    """False when the longest run reaches the end of the stream: the outage lasted at least that long."""


def _longest_run(received: Mapping[int, int], first: int, last: int) -> tuple[int, int]:
    """Start and length of the longest run of lost probes."""
    best = (first, 0)
    start = first
    for number in range(first, last + 1):
        if number == last or number in received:
            if number - start > best[1]:
                best = (start, number - start)
            start = number + 1
    return best


def outage(sent: Sequence[int], received: Mapping[int, int], first: int = 0, last: int | None = None) -> Outage:
    """The outage among the probes numbered first <= n < last.

    `sent` holds send times by number, `received` number -> receive time, both in nanoseconds. Raises ValueError when
    the stretch holds no probe: without a probe there is nothing to say, least of all that nothing was lost.
    """
    last = len(sent) if last is None else min(last, len(sent))
    if first < 0 or first >= last:
        raise ValueError(f"no probe between {first} and {last}")
    lost = sum(number not in received for number in range(first, last))
    start, length = _longest_run(received, first, last)
    end = min(start + length, len(sent) - 1)
    # One more on either side: a gap that begins or ends at the edge of the stretch belongs to it.
    arrivals = sorted(received[n] for n in range(max(first - 1, 0), min(last + 1, len(sent))) if n in received)
    edges = range(max(first, 1), min(last + 1, len(sent)))
    return Outage(
        lost=lost,
        seconds=(sent[end] - sent[start]) / 1e9 if length else 0.0,
        longest_gap_seconds=max((b - a for a, b in pairwise(arrivals)), default=0) / 1e9,
        resolution_seconds=max((sent[n] - sent[n - 1] for n in edges), default=0) / 1e9,
        ended=length == 0 or start + length < len(sent),
    )
