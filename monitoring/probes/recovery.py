"""From the records of a probe of a system to its recovery time. Pure.

RTO = from the first failed probe to the first of N good ones in a row: the moment that people have the system again is
when that good answer was whole, so the answer's own time counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Attempt:
    """One probe of a system: when it began (nanoseconds of the prober's clock), how long it took, how it ended."""

    started_ns: int
    duration_ns: int
    good: bool
    server: str = ""
    error: str = ""


@dataclass(frozen=True)
class Recovery:
    probes: int
    failed: int
    rto_seconds: float | None
    """0.0 when nothing failed; None when it did not come back, or when nothing was probed (`probes` is 0)."""
    resolution_seconds: float
    """The longest time between two probes: how finely the system was looked at."""
    first_failed_ns: int | None = None
    served_again_ns: int | None = None
    servers: tuple[str, ...] = ()
    """What answered, in the order in which they first did."""


def _outages(attempts: Sequence[Attempt], good_in_a_row: int) -> list[tuple[Attempt, Attempt | None]]:
    """Each outage as its first failed probe and the first of the good ones that ended it (None: it did not end)."""
    found: list[tuple[Attempt, Attempt | None]] = []
    failed: Attempt | None = None
    good: list[Attempt] = []
    for attempt in attempts:
        if not attempt.good:
            failed, good = failed or attempt, []
        elif failed:
            good.append(attempt)
            if len(good) == good_in_a_row:
                found.append((failed, good[0]))
                failed, good = None, []
    return [*found, (failed, None)] if failed else found


def recovery(attempts: Sequence[Attempt], good_in_a_row: int) -> Recovery:
    """The longest outage among the attempts. Raises ValueError when a recovery would not lie after its failure."""
    ordered = sorted(attempts, key=lambda attempt: attempt.started_ns)
    outages = _outages(ordered, good_in_a_row)
    common = (
        len(ordered),
        sum(not attempt.good for attempt in ordered),
    )
    resolution = max((b.started_ns - a.started_ns for a, b in pairwise(ordered)), default=0) / 1e9
    servers = tuple(dict.fromkeys(attempt.server for attempt in ordered if attempt.server))
    if not ordered or not outages:
        return Recovery(*common, 0.0 if ordered else None, resolution, servers=servers)
    open_one = next((failed for failed, good in outages if good is None), None)
    if open_one:
        return Recovery(*common, None, resolution, open_one.started_ns, servers=servers)
    spans = [(good.started_ns + good.duration_ns, failed.started_ns) for failed, good in outages if good]
    again, first = max(spans, key=lambda span: span[0] - span[1])
    if again <= first:
        raise ValueError(f"served again at {again}, not after the failure at {first}: the clock was set back")
    return Recovery(*common, (again - first) / 1e9, resolution, first, again, servers)
