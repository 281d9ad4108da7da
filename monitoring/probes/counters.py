"""Whether a flow crosses a line, by the packet counters of the interfaces at both of its ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from monitoring.probes.far import Far, Reach

AGENT = Path(__file__).with_name("counters_agent.py")
CROSSING_SHARE = 0.9
"""A flow crosses when the counters rise by this share of its own rate; the rest of the line's traffic must keep still
within the other tenth, which is why both rates are taken right after one another."""


@dataclass(frozen=True)
class Reading:
    """What one interface had counted at an instant of its own node's clock."""

    at_ns: int
    received: int
    sent: int


@dataclass(frozen=True)
class Rates:
    """Packets per second through one interface."""

    received: float
    sent: float


def rates(before: Reading, after: Reading) -> Rates:
    """Raises ValueError when no time passed between the readings."""
    seconds = (after.at_ns - before.at_ns) / 1e9
    if seconds <= 0:
        raise ValueError("two readings of one instant have no rate")
    return Rates((after.received - before.received) / seconds, (after.sent - before.sent) / seconds)


@dataclass(frozen=True)
class LineRates:
    """The rates at both ends of a line; `first` and `second` as in the inventory's `ends`."""

    first: Rates
    second: Rates


def share(quiet: LineRates, loaded: LineRates, per_second: float, *, forward: bool) -> float:
    """The share of a flow's packets that one direction of the line carried, by the end that saw less of them.

    `forward` is the direction from the line's first end to its second.
    """
    if forward:
        rises = (loaded.first.sent - quiet.first.sent, loaded.second.received - quiet.second.received)
    else:
        rises = (loaded.second.sent - quiet.second.sent, loaded.first.received - quiet.first.received)
    return min(rises) / per_second


class Counters:
    """The counters at both ends of a line. Use as a context manager: leaving it ends the programs on both nodes."""

    def __init__(self, reach: Reach, ends: tuple[tuple[str, str], tuple[str, str]], max_seconds: float) -> None:
        """`ends` are (node, interface) twice."""
        self._ends: list[tuple[Far, str]] = []
        try:
            for node, interface in ends:
                config = {"interfaces": [interface], "max_seconds": max_seconds}
                self._ends.append((Far(node, reach, AGENT, config), interface))
            for far, _ in self._ends:
                far.answer()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def read(self) -> tuple[Reading, Reading]:
        """Both ends, at about the same moment."""
        for far, _ in self._ends:
            far.tell("read")
        first, second = (self._reading(far, interface) for far, interface in self._ends)
        return first, second

    @staticmethod
    def _reading(far: Far, interface: str) -> Reading:
        document = far.answer()
        return Reading(document["at_ns"], *document["packets"][interface])

    def close(self) -> None:
        for far, _ in self._ends:
            far.close()
        self._ends = []


def line_rates(before: tuple[Reading, Reading], after: tuple[Reading, Reading]) -> LineRates:
    return LineRates(rates(before[0], after[0]), rates(before[1], after[1]))
