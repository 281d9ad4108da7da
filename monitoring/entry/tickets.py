"""The changes and drills that the journal knows, as reasons to enter a room."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import Any

import journal
from inventory.model import Site
from inventory.place import chain, find
from journal.chain import Entry
from journal.changes import KIND as CHANGE
from journal.drills import BEGUN as DRILL_BEGUN
from journal.drills import ENDED as DRILL
from journal.store import FILE
from monitoring.entry.facts import Ticket

KEPT_MS = 31 * 86_400_000
LONGEST_MS = 12 * 3600 * 1000
"""A change or drill that nobody ended explains nothing any longer after that."""


class Tickets:
    """Reads the journal forward, a little at each call."""

    def __init__(self, site: Site, state: Path) -> None:
        self._site, self._state = site, state
        self._after = 0
        self._read: tuple[tuple[int, int], ...] = ()
        self._known: dict[str, Ticket] = {}

    def read(self) -> tuple[Ticket, ...]:
        """Every change and drill of the last month. Raises JournalError."""
        stamp = self._stamp()
        if stamp != self._read:
            with journal.open(self._state) as opened:
                for entry in opened.entries(after=self._after):
                    self._after = entry.sequence
                    self._take(entry)
            newest = max((ticket.begin for ticket in self._known.values()), default=0)
            self._known = {name: one for name, one in self._known.items() if newest - one.begin < KEPT_MS}
            self._read = stamp
        return tuple(self._known.values())

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes with every entry: the journal is looked into only then. Empty where there is none."""
        found = []
        for path in (self._state / FILE, self._state / f"{FILE}-wal"):
            with suppress(FileNotFoundError):
                said = path.stat()
                found.append((said.st_mtime_ns, said.st_size))
        return tuple(found)

    def _take(self, entry: Entry) -> None:
        at = int(dt.datetime.fromisoformat(entry.time).timestamp() * 1000)
        body = entry.body
        if entry.kind == CHANGE:
            name = f"change {body['id']}"
            if body["state"] == "begun":
                self._begin(name, at, body["objects"])
            else:
                self._end(name, at)
        elif entry.kind == DRILL_BEGUN:
            self._begin(f"drill {body['run']}", at, [body["element"]])
        elif entry.kind == DRILL:
            self._end(f"drill {body['run']}", at)

    def _begin(self, name: str, at: int, objects: list[Any]) -> None:
        self._known[name] = Ticket(name, at, at + LONGEST_MS, self._rooms(objects))

    def _end(self, name: str, at: int) -> None:
        known = self._known.get(name)
        if known is not None:
            self._known[name] = Ticket(name, known.begin, at, known.rooms)

    def _rooms(self, objects: list[Any]) -> frozenset[str] | None:
        """The rooms of the objects; None when one of them stands in none (a line, a building)."""
        rooms = set()
        for id_ in objects:
            found = find(self._site, str(id_))
            around = [*([found] if found else []), *(chain(self._site, *found) if found else [])]
            room = next((element.id for kind, element in around if kind == "rooms"), None)
            if room is None:
                return None
            rooms.add(room)
        return frozenset(rooms) if rooms else None
