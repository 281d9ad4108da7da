"""What is deleted because its time is over: events and what follows from them, names, lines kept aside."""

from __future__ import annotations

import json
from collections.abc import Iterator

from inventory.model import EntryRecords
from monitoring.entry.facts import Memory
from monitoring.entry.facts.people import CARD, INSIDE
from monitoring.entry.store import Batch, Store

DAY_MS = 86_400_000
AT_ONCE = 10_000
"""Rows of one transaction, so that records that arrive meanwhile do not wait."""


def prune(store: Store, memory: Memory, settings: EntryRecords, now: int) -> dict[str, int]:
    """Delete it; how many rows of each table. `now`: milliseconds since 1970. Raises StoreError.

    Facts that still go on are kept, and so is the record of who has read who is inside.
    """
    keep = {"event": settings.events_days, "fact": settings.events_days, "aside": settings.aside_days}
    more = {"fact": "AND ended IS NOT NULL"}
    done = {table: _delete(store, table, more.get(table, ""), now - days * DAY_MS) for table, days in keep.items()}
    for kind, key in _forgotten(memory, now - settings.events_days * DAY_MS):
        memory.drop(kind, key)
    with store.transaction() as db:
        store.write(db, Batch(), memory)
        query = "DELETE FROM holder WHERE heard < ? AND (? OR card NOT IN (SELECT value FROM json_each(?)))"
        none = settings.names_days == 0
        present = json.dumps(sorted({key.partition("\t")[2] for key, value in memory.of(INSIDE).items() if value[2]}))
        limit = now + DAY_MS if none else now - settings.names_days * DAY_MS
        done["holder"] = db.execute(query, (limit, none, present)).rowcount
        files = (
            "DELETE FROM file WHERE gone AND id NOT IN (SELECT file FROM event) AND id NOT IN (SELECT file FROM aside)"
        )
        done["file"] = db.execute(files).rowcount
    memory.changed.clear()
    return done


def _delete(store: Store, table: str, more: str, before: int) -> int:
    total = 0
    while True:
        with store.transaction() as db:
            # tables and conditions are those of `prune`
            chosen = f"SELECT id FROM {table} WHERE at < ? {more} ORDER BY at LIMIT {AT_ONCE}"  # noqa: S608
            count = db.execute(f"DELETE FROM {table} WHERE id IN ({chosen})", (before,)).rowcount  # noqa: S608
        total += count
        if count < AT_ONCE:
            return total


def _forgotten(memory: Memory, before: int) -> Iterator[tuple[str, str]]:
    yield from ((CARD, key) for key, value in list(memory.of(CARD).items()) if value[0] < before)
    for key, (since, _, inside) in list(memory.of(INSIDE).items()):
        if since < before and not inside:
            yield INSIDE, key
