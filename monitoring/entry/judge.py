"""Events one by one: is it new, when was it, what follows; the outcome goes into a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.model import EntryRecords
from monitoring.entry.event import Event
from monitoring.entry.facts import Fact, Memory, Seen, Watch
from monitoring.entry.store import Batch
from monitoring.entry.track import Clock, Count, Heard

_HOUR = 3_600_000


class Judge:
    """What is remembered of controllers and holders, beside what `watch` remembers of doors and cards."""

    def __init__(self, rooms: Mapping[str, str], settings: EntryRecords, watch: Watch, memory: Memory) -> None:
        self._rooms, self.watch, self._memory = rooms, watch, memory
        self._names = settings.names_days > 0
        self._tolerance = settings.clock_seconds * 1000
        self._silence = settings.silent_hours * _HOUR
        self.counts = {key: Count(key, value) for key, value in memory.of("count").items()}
        self.heard = {key: Heard(key, value) for key, value in memory.of("heard").items()}
        self.clocks = {key: Clock(key.partition("\t")[0], value) for key, value in memory.of("clock").items()}
        self._touched: set[tuple[str, str]] = set()
        self._holders: dict[str, tuple[str, str, int]] = {}

    def event(self, event: Event, way: str, place: int, now: int, batch: Batch) -> None:
        """Judge one event that came by `way` (spool or csv), read at `now` (milliseconds)."""
        controller = event.controller
        count = self.counts.get(controller)
        if count is None:
            count = self.counts[controller] = Count(controller)
            self.heard[controller] = Heard(controller)
        order, facts = count.order(event)
        batch.facts += facts
        self._touched.add((controller, way))
        if order == "again":
            batch.counts["line", "again", controller, ""] += 1
            return
        if order == "late":
            at = min(event.said, now)
            batch.counts["line", "late", controller, ""] += 1
        else:
            at = self._when(event, way, now, batch)
        batch.events.append(
            (controller, event.door, event.said, at, event.direction, event.result, event.card, event.sequence, place)
        )
        if event.door:
            batch.counts["door", event.door, event.direction, event.result] += 1
            room = self._rooms[event.door]
            seen = Seen(controller, event.door, room, at, event.direction, event.result, event.card, order == "late")
            batch.facts += self.watch.step(seen)
            if event.card and self._names:
                self._holder(event, at, batch)

    def _when(self, event: Event, way: str, now: int, batch: Batch) -> int:
        key = f"{event.controller}\t{way}"
        clock = self.clocks.get(key)
        if clock is None:
            clock = self.clocks[key] = Clock(event.controller)
        at, facts = clock.correct(event.said, now, self._tolerance)
        batch.facts += facts
        batch.facts += self.heard[event.controller].record(at, self._silence)
        return at

    def _holder(self, event: Event, at: int, batch: Batch) -> None:
        known = self._holders.get(event.card)
        if known is None or known[:2] != (event.number, event.name) or at - known[2] > _HOUR:
            self._holders[event.card] = batch.holders[event.card] = (event.number, event.name, at)

    def quiet(self, now: int) -> Iterator[Fact]:
        """What follows from no record waiting."""
        yield from self.watch.now(now)
        for controller, heard in self.heard.items():
            told = list(heard.quiet(now, self._silence))
            if told:
                self._memory.put("heard", controller, heard.kept())
            yield from told

    def kept(self) -> None:
        """Put what was learned of controllers into the memory, to be written down with the batch."""
        for controller, way in self._touched:
            self._memory.put("count", controller, self.counts[controller].kept())
            self._memory.put("heard", controller, self.heard[controller].kept())
            clock = self.clocks.get(key := f"{controller}\t{way}")
            if clock is not None:
                self._memory.put("clock", key, clock.kept())
        self._touched.clear()
