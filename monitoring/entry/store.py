"""The database: SQLite in WAL mode, synchronous=FULL. What a file gave and its offset are one transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from journal.flock import locked
from monitoring.entry.facts import Fact, Memory
from monitoring.entry.spool import Known

FOLDER = "entry"
FILE = "entry.sqlite"
VERSION = 1
WAIT_SECONDS = 30.0
CHECKPOINT_PAGES = 4000

SCHEMA = """
CREATE TABLE file (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, path BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
  offset INTEGER NOT NULL, size INTEGER NOT NULL, mark BLOB NOT NULL, gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE event (
  id INTEGER PRIMARY KEY, controller TEXT NOT NULL, door TEXT NOT NULL, said INTEGER NOT NULL, at INTEGER NOT NULL,
  direction TEXT NOT NULL, result TEXT NOT NULL, card TEXT NOT NULL, sequence INTEGER,
  file INTEGER NOT NULL, place INTEGER NOT NULL
) STRICT;
CREATE INDEX event_at ON event (at);
CREATE TABLE aside (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL, place INTEGER NOT NULL, reason TEXT NOT NULL, raw BLOB NOT NULL,
  length INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE fact (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, element TEXT NOT NULL, at INTEGER NOT NULL, ended INTEGER,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX fact_open ON fact (kind, element) WHERE ended IS NULL;
CREATE INDEX fact_at ON fact (at);
CREATE TABLE count (
  kind TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (kind, a, b, c)
) STRICT, WITHOUT ROWID;
CREATE TABLE memory (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key))
  STRICT, WITHOUT ROWID;
CREATE TABLE holder (card TEXT PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL, heard INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE reading (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, purpose TEXT NOT NULL, people INTEGER NOT NULL
) STRICT;
CREATE TRIGGER reading_no_update BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'reads are kept as they were'); END;
CREATE TRIGGER reading_no_delete BEFORE DELETE ON reading BEGIN SELECT RAISE(ABORT, 'reads are kept as they were'); END;
"""
_EVENT = "INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ASIDE = "INSERT INTO aside VALUES (NULL, ?, ?, ?, ?, ?, ?)"
_FACT = "INSERT INTO fact VALUES (NULL, ?, ?, ?, ?, ?)"
_ENDED = "UPDATE fact SET ended = ? WHERE kind = ? AND element = ? AND ended IS NULL"
_COUNT = "INSERT INTO count VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number"
_HOLDER = "INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?)"

_json = json.JSONEncoder(separators=(",", ":")).encode

EventRow = tuple[str, str, int, int, str, str, str, int | None, int]
"""controller, door, said, at, direction, result, card, sequence, place."""
AsideRow = tuple[int, str, bytes, int, int]
"""place, reason, bytes, how many there were, when."""
CountKey = tuple[str, str, str, str]


class StoreError(Exception):
    """The database cannot be used."""

    exit_code, code = 1, "entry-store"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass
class Batch:
    """What one piece of a file gave."""

    events: list[EventRow] = field(default_factory=list)
    aside: list[AsideRow] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    counts: Counter[CountKey] = field(default_factory=Counter)
    holders: dict[str, tuple[str, str, int]] = field(default_factory=dict)


class Store:
    """One connection. One process writes records; others may read, and record that they did."""

    def __init__(self, state: Path) -> None:
        self.path = state / FOLDER / FILE
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._explained():
            # not readable by others from its first byte on: it holds who went where
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            # two first openings at once would trip over each other in the switch to WAL, which no timeout covers
            with locked(self.path.with_suffix(".lock"), WAIT_SECONDS):
                self._db = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._made()
            self._db.execute("PRAGMA synchronous = FULL")
            # what is deleted because its time is over is overwritten, too
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    def _made(self) -> None:
        with self.transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise StoreError(f"{self.path} was written by a newer suite", "use that version of the suite")
            if version == 0:
                for statement in SCHEMA.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            hint = f"see whether {self.path.parent} has room and may be written to; nothing was half written"
            raise StoreError(f"the entry records {self.path} cannot be used: {error}", hint) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; on the disk when it ends. Raises StoreError."""
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._explained():
            return self._db.execute(query, values).fetchall()

    def files(self) -> list[Known]:
        """Every file that was met, also those that are gone: one may be put back."""
        rows = self.rows("SELECT id, kind, path, device, inode, offset, size, mark, gone FROM file ORDER BY id")
        return [Known(a, b, os.fsdecode(path), c, d, e, f, g, bool(gone)) for a, b, path, c, d, e, f, g, gone in rows]

    def memory(self) -> Memory:
        """What earlier events left behind."""
        rows = self.rows("SELECT kind, key, value FROM memory")
        return Memory({(kind, key): json.loads(value) for kind, key, value in rows})

    def keep_file(self, db: sqlite3.Connection, known: Known, offset: int, size: int, mark: bytes) -> Known:
        """Move a file's offset on; it must be where it was. Raises StoreError when somebody else has moved it."""
        place = (known.device, known.inode, offset, size, mark)
        values = (known.kind, os.fsencode(known.path), *place)
        if not known.id:
            made = db.execute("INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 0)", values)
            return Known(int(made.lastrowid or 0), known.kind, known.path, *place)
        query = (
            "UPDATE file SET (kind, path, device, inode, offset, size, mark, gone) = (?, ?, ?, ?, ?, ?, ?, 0)"
            " WHERE id = ? AND offset = ?"
        )
        done = db.execute(query, (*values, known.id, known.offset))
        if done.rowcount != 1:
            raise StoreError(
                f"{known.path} was read by another process at once", "run one `monitoring.entry` for a state"
            )
        return Known(known.id, known.kind, known.path, *place)

    def write(self, db: sqlite3.Connection, batch: Batch, memory: Memory, file: int = 0) -> None:
        """Everything of a batch but its file."""
        db.executemany(_EVENT, [(*row[:8], file, row[8]) for row in batch.events])
        db.executemany(_ASIDE, [(file, *row) for row in batch.aside])
        self._tell(db, batch)
        db.executemany(_COUNT, [(*key, number) for key, number in batch.counts.items() if number])
        db.executemany(_HOLDER, [(card, *row) for card, row in batch.holders.items()])
        self._remember(db, memory)

    def _tell(self, db: sqlite3.Connection, batch: Batch) -> None:
        begun: list[tuple[str, str, int, int | None, str]] = []
        for fact in batch.facts:
            if fact.ended:
                db.executemany(_FACT, begun)
                begun.clear()
                db.execute(_ENDED, (fact.at, fact.kind, fact.element))
            else:
                batch.counts["fact", fact.kind, fact.element, ""] += 1
                ended = None if fact.lasts else fact.at
                begun.append((fact.kind, fact.element, fact.at, ended, _json(fact.detail)))
        db.executemany(_FACT, begun)

    def _remember(self, db: sqlite3.Connection, memory: Memory) -> None:
        kept, dropped = [], []
        for kind, key in memory.changed:
            value = memory.of(kind).get(key)
            if value is None:
                dropped.append((kind, key))
            else:
                kept.append((kind, key, _json(value)))
        db.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?, ?)", kept)
        db.executemany("DELETE FROM memory WHERE kind = ? AND key = ?", dropped)

    def close(self) -> None:
        self._db.close()
