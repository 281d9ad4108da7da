"""What is measured while something is broken: streams both ways, requests to a system, counters of the line.

The streams and the counters prove one another: a figure counts when the counters at both ends of the line rose by the
streams' own rate before the fault, and the streams had no hole then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bcp.flow import Flow
from bcp.until import until
from monitoring.probes.counters import CROSSING_SHARE, Counters, LineRates, Reading, line_rates, share
from monitoring.probes.far import Reach
from monitoring.probes.http import Beat
from monitoring.probes.outage import Outage
from monitoring.probes.recovery import Attempt
from monitoring.probes.udp import INTERVAL_NS, Pair, Stream

PORTS = range(20000, 20008)
"""The zone policy lets probes pass on UDP 20000 to 20099 (network/platforms/templates/nftables-forward.j2).

Where equally short paths share a flow's packets by port, one of eight ports almost surely crosses (1 in 256 not)."""
QUIET_SECONDS = 1.0
"""How long the line's other traffic is counted before the streams begin."""
PORT_PROBES = 300
"""Probes sent before a port is judged by the counters."""
PER_SECOND = 1e9 / INTERVAL_NS
STREAM_DEADLINE_SECONDS = 20.0


@dataclass(frozen=True)
class Asking:
    """Who asks the system for its page, and how."""

    node: str
    address: str
    port: int
    path: str
    host: str
    per_second: float
    timeout_seconds: float


@dataclass(frozen=True)
class Mark:
    """An instant, by what had been sent until then: no clock of another machine is needed."""

    probes: tuple[int, int]
    requests: int


@dataclass(frozen=True)
class Clean:
    """A stretch without a fault: what it must show before anything is broken."""

    start: Mark
    shares: tuple[float, float]
    """The share of each direction's packets that the line carried, by its counters."""
    outages: tuple[Outage, Outage]
    errors: tuple[str, ...]
    """What went wrong with each request that failed."""
    requests: int

    @property
    def crossed(self) -> tuple[bool, bool]:
        return self.shares[0] >= CROSSING_SHARE, self.shares[1] >= CROSSING_SHARE

    def faults(self, gap_seconds: float) -> list[str]:
        """Everything that forbids to count a figure measured after this stretch; empty when it is clean."""
        found = []
        for direction, (crossed, carried) in enumerate(zip(self.crossed, self.shares, strict=True)):
            if not crossed:
                found.append(
                    f"the {_word(direction)} stream did not cross: counters rose by {max(carried, 0):.0%} of it"
                )
        for direction, lost in enumerate(self.outages):
            if lost.lost:
                found.append(f"the {_word(direction)} stream lost {lost.lost} probes without a fault")
            if lost.longest_gap_seconds > gap_seconds:
                gap = lost.longest_gap_seconds * 1000
                found.append(f"the {_word(direction)} stream had a gap of {gap:.1f} ms without a fault")
        if self.errors:
            common = Counter(self.errors).most_common(1)[0][0]
            found.append(f"{len(self.errors)} of {self.requests} requests failed without a fault ({common})")
        return found


def _word(direction: int) -> str:
    return ("there", "back")[direction]


@dataclass(frozen=True)
class Seen:
    """All records of a run."""

    streams: tuple[Stream, Stream]
    attempts: Sequence[Attempt]


class Watch:
    """Opens everything, hands over records at the end. Use as a context manager: leaving it ends all programs."""

    def __init__(self, reach: Reach, flow: Flow, ends: tuple[str, str], asking: Asking | None, seconds: float) -> None:
        """`ends` are the devices at the line's first and second end; `seconds` the most that a run may take."""
        self._stack = ExitStack()
        self._flow, self._reach, self._seconds = flow, reach, seconds
        try:
            interfaces = ((ends[0], flow.line), (ends[1], flow.line))
            self._counters = self._stack.enter_context(Counters(reach, interfaces, seconds))
            self._beat = self._stack.enter_context(_beat(reach, asking, seconds)) if asking else None
            if self._beat:
                self._beat.go()
            self._quiet = self._rates(QUIET_SECONDS)
            self._pair = self._open_pair()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def _rates(self, seconds: float) -> LineRates:
        """The rates over the line during the next stretch."""
        before = self._counters.read()
        found: list[tuple[Reading, Reading]] = []

        def passed() -> bool:
            found.append(self._counters.read())
            return all(now.at_ns - then.at_ns >= seconds * 1e9 for now, then in zip(found[-1], before, strict=True))

        until(passed, seconds + STREAM_DEADLINE_SECONDS, every_seconds=seconds / 10)
        return line_rates(before, found[-1])

    def _shares(self, loaded: LineRates) -> tuple[float, float]:
        there, back = (
            share(self._quiet, loaded, PER_SECOND, forward=self._flow.crosses_forward(direction))
            for direction in (0, 1)
        )
        return there, back

    def _open_pair(self) -> Pair:
        """The streams on the first port whose packets cross the line both ways; on the last port if none does."""
        for port in PORTS:
            stack = ExitStack()
            pair = stack.enter_context(Pair(self._reach, self._flow.points, port, self._seconds))
            try:
                pair.go()
                shares = self._shares(self._rates(PORT_PROBES / PER_SECOND))
            except BaseException:
                stack.close()
                raise
            if min(shares) >= CROSSING_SHARE or port == PORTS[-1] or self._flow.certain:
                self._stack.push(stack)
                return pair
            stack.close()
        raise AssertionError("PORTS is empty")

    def clean(self, seconds: float) -> Clean:
        """Watch for a stretch in which nothing is broken, and say what it showed."""
        start = self.mark()
        loaded = self._rates(seconds)
        end = self.mark()
        lost = self.outages(start, end)
        requests = self._beat.records(start.requests) if self._beat else []
        errors = tuple(attempt.error for attempt in requests if not attempt.good)
        return Clean(start, self._shares(loaded), lost, errors, len(requests))

    def streams(self, first: Mark) -> tuple[Stream, Stream]:
        """Both directions' records since a mark; the streams go on."""
        return self._pair.records(first.probes)

    def outages(self, first: Mark, last: Mark) -> tuple[Outage, Outage]:
        """What both directions lost between two marks; the streams go on."""
        there, back = (
            stream.outage(first.probes[at], last.probes[at]) for at, stream in enumerate(self.streams(first))
        )
        return there, back

    def mark(self) -> Mark:
        """This instant."""
        return Mark(self._pair.status().sent, self._beat.started() if self._beat else 0)

    def flowing(self, since: Mark, seconds: float, good_requests: int) -> bool:
        """Whether, since a mark, both directions had no hole for so long and so many requests in a row were good."""
        if self._pair.status().whole_since(since.probes) < seconds * PER_SECOND:
            return False
        return self._beat is None or self._beat.good_since(since.requests) >= good_requests

    def crossing(self, seconds: float) -> bool:
        """Whether both directions cross the line, over the next stretch."""
        return min(self._shares(self._rates(seconds))) >= CROSSING_SHARE

    def whole_since(self, first: Mark) -> bool:
        """Whether neither direction has lost a probe since a mark."""
        return not any(lost.lost for lost in self.outages(first, self.mark()))

    def carrying(self, seconds: float) -> bool:
        """Whether the line carries either direction, over the next stretch."""
        return max(self._shares(self._rates(seconds))) >= CROSSING_SHARE

    def finish(self) -> Seen:
        """Stop everything and hand over the records."""
        streams = self._pair.stop()
        return Seen(streams, self._beat.stop() if self._beat else [])


def _beat(reach: Reach, asking: Asking, seconds: float) -> Beat:
    return Beat(
        reach,
        asking.node,
        (asking.address, asking.port, asking.path),
        host=asking.host,
        per_second=asking.per_second,
        timeout_seconds=asking.timeout_seconds,
        max_seconds=seconds,
    )
