"""One controller's records: its count, its clock against ours, and whether it still tells anything.

Times are milliseconds since 1970. `kept` is JSON for the next run, and what the constructors take.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from monitoring.entry.event import Event
from monitoring.entry.facts import Fact

MOST_GAPS = 1000
"""Gaps that are remembered, so that records which come late are known from such that come twice."""

Order = Literal["new", "late", "again"]


class Count:
    """The sequence numbers of a controller, whichever way its records come."""

    def __init__(self, controller: str, kept: list[Any] | None = None) -> None:
        self.controller = controller
        self.last: int | None = None
        """The highest number."""
        self.first = 0
        """The lowest; what is below it was never seen."""
        self.gaps: list[list[int]] = []
        """[first, last] of what is missing below it, ascending."""
        self.said = 0
        if kept:
            self.last, self.first, self.gaps, self.said = kept

    def kept(self) -> list[Any]:
        return [self.last, self.first, self.gaps, self.said]

    def order(self, event: Event) -> tuple[Order, list[Fact]]:
        """Whether the record is new, fills a gap, or came before; and what its number tells."""
        number, last = event.sequence, self.last
        if number is None:
            return "new", []
        if last is None:
            self.first = number
        elif number <= last:
            return self._behind(event, number, last)
        self.last, self.said = number, event.said
        if last is None or number == last + 1:
            return "new", []
        self.gaps = [*self.gaps, [last + 1, number - 1]][-MOST_GAPS:]
        detail = {"missing": number - last - 1, "first": last + 1, "last": number - 1}
        return "new", [Fact("gap", self.controller, event.said, detail=detail)]

    def _behind(self, event: Event, number: int, last: int) -> tuple[Order, list[Fact]]:
        if self._fill(number):
            return "late", []
        if event.said > self.said:
            # it counts anew: a restart, or a counter that is full
            self.last, self.first, self.gaps, self.said = number, number, [], event.said
            return "new", [Fact("count-restarted", self.controller, event.said, detail={"from": last, "to": number})]
        if number < self.first:
            # from before the first record that we had: a drop of older days
            self.gaps = [*([[number + 1, self.first - 1]] if number + 1 < self.first else []), *self.gaps][:MOST_GAPS]
            self.first = number
            return "late", []
        return "again", []

    def _fill(self, number: int) -> bool:
        for at, (first, last) in enumerate(self.gaps):
            if first <= number <= last:
                left = [[first, number - 1], [number + 1, last]]
                self.gaps[at : at + 1] = [gap for gap in left if gap[0] <= gap[1]]
                return True
        return False


class Clock:
    """The clock of a controller, as the records that come one way show it."""

    def __init__(self, controller: str, kept: list[Any] | None = None) -> None:
        self.controller = controller
        self.said = self.at = 0
        self.ahead = False
        if kept:
            self.said, self.at, self.ahead = kept

    def kept(self) -> list[Any]:
        return [self.said, self.at, self.ahead]

    def correct(self, said: int, now: int, tolerance: int) -> tuple[int, list[Fact]]:
        """When an event happened, by our reckoning, and what is wrong with the controller's clock.

        A record from the future happened now; a small step back is no step at all; a big one is told, and believed.
        """
        facts: list[Fact] = []
        ahead, at = said - now > tolerance, said
        if ahead:
            at = now
        if ahead != self.ahead:
            detail = {"ahead_seconds": (said - now) / 1000} if ahead else {}
            facts.append(Fact("clock-ahead", self.controller, now, lasts=True, ended=not ahead, detail=detail))
        if 0 < self.at - at <= tolerance:
            at = self.at
        elif self.said - said > tolerance and not self.ahead:
            facts.append(Fact("clock-back", self.controller, at, detail={"back_seconds": (self.said - said) / 1000}))
        self.said, self.at, self.ahead = said, at, ahead
        return at, facts


class Heard:
    """When a controller was last heard of."""

    def __init__(self, controller: str, kept: list[Any] | None = None) -> None:
        self.controller = controller
        self.at, self.silent = 0, False
        if kept:
            self.at, self.silent = kept

    def kept(self) -> list[Any]:
        return [self.at, self.silent]

    def record(self, at: int, silence: int) -> list[Fact]:
        """A record of that time: ends a silence, or shows one that nobody was there to notice."""
        if at <= self.at:
            return []
        facts = []
        if self.at and (self.silent or at - self.at > silence):
            facts = [] if self.silent else [self._begun(silence)]
            facts.append(Fact("silent", self.controller, at, lasts=True, ended=True))
        self.at, self.silent = at, False
        return facts

    def quiet(self, now: int, silence: int) -> Iterator[Fact]:
        """Whether it is silent at this moment; to be asked when no record is waiting."""
        if self.at and not self.silent and now - self.at > silence:
            self.silent = True
            yield self._begun(silence)

    def _begun(self, silence: int) -> Fact:
        return Fact("silent", self.controller, self.at + silence, lasts=True, detail={"since": self.at})
