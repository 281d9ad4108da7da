"""Keeps the page's facts fresh: often while somebody looks, seldom while nobody does, at once when it is told to."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from monitoring.page import alarms, samples, systems
from monitoring.page.records import Records
from monitoring.page.room import Room
from monitoring.page.state import SOURCES, Facts, document
from monitoring.page.upstream import Away, Standing, Upstream, standing

WATCHED_SECONDS, IDLE_SECONDS = 1.0, 15.0
FRESH_SECONDS = 1.0
"""What is younger is given to whoever asks, as it is."""
_T = TypeVar("_T")
_MOVING = ("time", "age_seconds", "as_of", "elapsed_seconds")
"""What differs from one second to the next although nothing has changed: the browser counts these itself."""


@dataclass(frozen=True)
class Sources:
    prometheus: Upstream
    alertmanager: Upstream
    records: Records


def _still(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _still(inner) for key, inner in value.items() if key not in _MOVING}
    return [_still(inner) for inner in value] if isinstance(value, list) else value


class Watch:
    """`version` grows whenever something has changed that the page shows."""

    def __init__(self, room: Callable[[], Room], sources: Sources) -> None:
        """`room` gives the model as it is today."""
        self._room, self._sources = room, sources
        self.facts = Facts(0.0, dict.fromkeys(SOURCES, Standing(ok=False, why="not asked yet")))
        self.version, self.viewers = 0, 0
        self._outages = systems.Outages()
        self._print = ""
        self._changed, self._busy = asyncio.Condition(), asyncio.Lock()
        self._wake = asyncio.Event()

    @property
    def room(self) -> Room:
        return self._room()

    def document(self, *, personal: bool) -> dict[str, Any]:
        """As of now: ages and clocks run on while nothing is read."""
        return document(self.room, replace(self.facts, now=time.time()), personal=personal)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.refresh()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), WATCHED_SECONDS if self.viewers else IDLE_SECONDS)
            self._wake.clear()

    def wake(self) -> None:
        """Something has happened: look now."""
        self._wake.set()

    async def fresh(self) -> None:
        """Return when the facts are young enough to be given to somebody."""
        if time.time() - self.facts.now > FRESH_SECONDS:
            await self.refresh()

    async def refresh(self) -> None:
        asked = time.time()
        async with self._busy:
            if self.facts.now >= asked and self.version:
                return  # somebody else has just looked
            facts = await self._look()
            told = document(self.room, facts, personal=True)
            mark = hashlib.sha256(json.dumps(_still(told), sort_keys=True).encode()).hexdigest()
            self.facts = facts
            if mark != self._print:
                self._print = mark
                self.version += 1
                async with self._changed:
                    self._changed.notify_all()

    async def versions(self, beat_seconds: float) -> AsyncIterator[int | None]:
        """The version now and at each change; None when nothing has changed for so long."""
        self.viewers += 1
        self.wake()
        try:
            given = self.version
            yield given
            while True:
                try:
                    async with asyncio.timeout(beat_seconds), self._changed:
                        while self.version == given:
                            await self._changed.wait()
                except TimeoutError:
                    yield None
                    continue
                given = self.version
                yield given
        finally:
            self.viewers -= 1

    async def _look(self) -> Facts:
        """All sources at the same time: one that hangs must not hold back what the others say."""
        before, room, sources = self.facts, self.room, self._sources
        standings = dict(before.standings)

        async def ask(name: str, what: Callable[[], _T], otherwise: _T) -> _T:
            """What a source says; what it said last where it is away."""
            try:
                found = await asyncio.to_thread(what)
            except Away as error:
                standings[name] = standing(standings[name], error)
                return otherwise
            standings[name] = standing(standings[name], None)
            return found

        def measured() -> tuple[tuple[samples.Sample, ...], Mapping[str, systems.Seen]]:
            rows = samples.newest(sources.prometheus, room.ports)
            return rows, self._seen(room, rows)

        (rows, seen), rung, told, inside = await asyncio.gather(
            ask("prometheus", measured, (before.samples, before.seen)),
            ask("alertmanager", lambda: alarms.ask(sources.alertmanager), before.alarms),
            ask("journal", lambda: sources.records.told(dt.datetime.now(dt.UTC)), before.told),
            ask("entry", sources.records.inside, before.inside),
        )
        return Facts(time.time(), standings, rows, seen, rung, told, inside)

    def _seen(self, room: Room, rows: tuple[samples.Sample, ...]) -> dict[str, systems.Seen]:
        now = time.time()
        found = systems.see(room.systems, rows)
        for id_, seen in found.items():
            down = seen.state == systems.DOWN
            found[id_] = replace(seen, since=self._outages.since(id_, down=down, began=self._began, now=now))
        return found

    def _began(self, system: str) -> float | None:
        try:
            return samples.began(self._sources.prometheus, system)
        except Away:
            return None
