"""Who is inside now, for an evacuation. Whoever asks is written down in the same database, in the same transaction."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitoring.entry.facts.people import INSIDE
from monitoring.entry.store import FILE, FOLDER, Store, StoreError

LONGEST_WORDS = 200


@dataclass(frozen=True)
class Person:
    """One who went in and has not come out."""

    room: str
    door: str
    """By which they went in."""
    since: int
    """Milliseconds since 1970, UTC."""
    card: str
    """The pseudonym, or the number where the site keeps numbers."""
    number: str | None
    name: str | None
    """Both None where the site does not keep names, or the record told none."""

    def document(self) -> dict[str, Any]:
        return asdict(self)


def inside(state: Path, who: str, purpose: str = "", now: float | None = None) -> list[Person]:
    """Everybody inside, by room and time; that `who` has asked, and for what, is on the disk when this returns.

    Whether `who` may ask is for the caller to know. `now`: seconds since 1970. Raises StoreError, ValueError.
    """
    if not who.strip():
        raise ValueError("who asks for the people inside must be told: it is written down")
    if not (state / FOLDER / FILE).exists():
        raise StoreError(f"there are no entry records in {state}", "start `python -m monitoring.entry` for this state")
    store = Store(state)
    try:
        with store.transaction() as db:
            rows = db.execute(
                "SELECT memory.key, memory.value, number, name FROM memory"
                " LEFT JOIN holder ON holder.card = substr(memory.key, instr(memory.key, char(9)) + 1)"
                " WHERE kind = ?",
                (INSIDE,),
            ).fetchall()
            people = [_person(*row) for row in rows if json.loads(row[1])[2]]
            at = int((time.time() if now is None else now) * 1000)
            values = (at, who[:LONGEST_WORDS], purpose[:LONGEST_WORDS], len(people))
            db.execute("INSERT INTO reading (at, who, purpose, people) VALUES (?, ?, ?, ?)", values)
    finally:
        store.close()
    return sorted(people, key=lambda person: (person.room, person.since, person.card))


def _person(key: str, value: str, number: str | None, name: str | None) -> Person:
    room, _, card = key.partition("\t")
    since, door, _ = json.loads(value)
    return Person(room, door, since, card, number or None, name or None)
