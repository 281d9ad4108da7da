"""Two streams of 1 ms probes between two nodes, one in each direction, at once."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitoring.probes.far import Far, Reach, unpacked
from monitoring.probes.outage import Outage, outage

AGENT = Path(__file__).with_name("udp_agent.py")
PRIORITY = 60
"""SCHED_FIFO priority of the senders: above keepalived (50) and bfdd (30), since it is the ruler, not the measured."""
INTERVAL_NS = 1_000_000


@dataclass(frozen=True)
class Point:
    """Where a stream starts or ends."""

    node: str
    address: str


@dataclass(frozen=True)
class Stream:
    """The records of one direction. Numbers begin at `first`."""

    source: str
    target: str
    first: int
    sent: Sequence[int]
    """Nanoseconds of the source's clock, by number - first."""
    received: Mapping[int, int]
    """Number -> nanoseconds of the target's clock, taken by its kernel."""
    late_seconds: float
    """The most that the sender was late: a starved sender is not an outage."""
    fifo: bool
    """Whether the sender had its real-time priority."""

    def outage(self, first: int, last: int | None = None) -> Outage:
        """The outage among the probes numbered first <= n < last."""
        return outage(
            self.sent,
            {number - self.first: at for number, at in self.received.items()},
            first - self.first,
            None if last is None else last - self.first,
        )


@dataclass(frozen=True)
class Status:
    """Where both directions stand: [0] is from the first point to the second."""

    sent: tuple[int, int]
    last: tuple[int, int]
    """Number of the newest probe that arrived; -1 for none."""
    streak: tuple[int, int]
    """So many arrived in a row without a hole, the newest included."""

    def whole_since(self, first: tuple[int, int]) -> int:
        """So many of the newest probes, none older than these numbers, arrived without a hole in either direction."""
        return min(min(self.streak[at], self.last[at] - first[at] + 1) for at in (0, 1))


def _stream(source: str, target: str, sender: dict[str, Any], receiver: dict[str, Any], first: int) -> Stream:
    """One direction from what its two ends reported, from number `first` on."""
    pairs = unpacked(receiver["received"])
    received: dict[int, int] = {}
    for number, at in zip(pairs[::2], pairs[1::2], strict=True):
        if number >= first:
            received.setdefault(number, at)  # a second copy of a packet is not a second probe
    late = sender["late_ns"][0] / 1e9
    return Stream(source, target, first, unpacked(sender["sent"]), received, late, bool(sender["fifo"]))


class Pair:
    """Both streams between two points. Use as a context manager: leaving it ends the programs on both nodes."""

    def __init__(self, reach: Reach, points: tuple[Point, Point], port: int, max_seconds: float) -> None:
        self.points = points
        run = random.SystemRandom().getrandbits(48)
        settings = {
            "run": run,
            "port": port,
            "interval_ns": INTERVAL_NS,
            "max_seconds": max_seconds,
            "priority": PRIORITY,
        }
        self._ends: list[Far] = []
        try:
            for own, peer in (points, points[::-1]):
                config = {**settings, "bind": own.address, "peer": peer.address}
                self._ends.append(Far(own.node, reach, AGENT, config))
            for end in self._ends:
                end.answer()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, line: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for end in self._ends:
            end.tell(line)
        first, second = (end.answer() for end in self._ends)
        return first, second

    def go(self) -> None:
        """Start sending; both ends are bound by then."""
        self._ask("go")

    def status(self) -> Status:
        a, b = self._ask("status")
        return Status((a["sent"], b["sent"]), (b["last"], a["last"]), (b["streak"], a["streak"]))

    def records(self, since: tuple[int, int]) -> tuple[Stream, Stream]:
        """The records so far, from these numbers on; the streams go on."""
        self._ends[0].tell(f"records {since[0]} {since[1]}")
        self._ends[1].tell(f"records {since[1]} {since[0]}")
        return self._streams(self._ends[0].answer(), self._ends[1].answer(), since)

    def stop(self) -> tuple[Stream, Stream]:
        """Stop both streams, wait for what is on its way, and hand over all records."""
        self._ask("pause")
        return self._streams(*self._ask("stop"), (0, 0))

    def _streams(self, a: dict[str, Any], b: dict[str, Any], since: tuple[int, int]) -> tuple[Stream, Stream]:
        left, right = (point.node for point in self.points)
        return _stream(left, right, a, b, since[0]), _stream(right, left, b, a, since[1])

    def close(self) -> None:
        """End the programs on both nodes."""
        for end in self._ends:
            end.close()
        self._ends = []
