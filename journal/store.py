"""The append-only store: SQLite in WAL mode with synchronous=FULL, so that what `append` returned is on the disk."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from journal.chain import Entry, Problem, canonical, link, problems
from journal.errors import JournalError
from journal.flock import locked

FILE = "journal.sqlite"
VERSION = 1
WAIT_SECONDS = 30.0
"""How long an append waits for other writers; a commit takes 0.2 ms on a disk with a write cache, 10 ms without."""

SCHEMA = """
CREATE TABLE entry (
  sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX entry_kind ON entry (kind, sequence);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
  WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entry)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""  # the last one also stops INSERT OR REPLACE, which fires no delete trigger
COLUMNS = "sequence, time, kind, text, previous, hash"


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        if "full" in text or "disk I/O" in text:
            hint = f"make room on the disk of {path.parent} and run it again; nothing was half written"
        elif "locked" in text or "busy" in text:
            hint = "another process holds the journal; run it again when that one has ended"
        else:
            hint = f"look at {path}; keep a copy of it and of its -wal before anything else"
        raise JournalError(f"the journal {path} cannot be used: {text}", hint) from error


def now() -> str:
    """The time as the journal writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Journal:
    """One journal. Safe for threads, for processes that write at once, and across fork."""

    def __init__(self, state: Path) -> None:
        self.path = state / FILE
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._pid = 0
        self._db = self._connect()

    def _connect(self) -> sqlite3.Connection:
        with _explained(self.path):
            # Two first openings at once would trip over each other in the switch to WAL, which no busy timeout covers.
            with locked(self.path.with_suffix(".lock"), WAIT_SECONDS):
                db = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            db.execute("PRAGMA synchronous = FULL")
        if version > VERSION:
            raise JournalError(f"{self.path} was written by a newer suite", "use that version of the suite")
        self._pid = os.getpid()
        return db

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._pid != os.getpid():  # a connection must not be used on both sides of a fork
                self._db = self._connect()
            with _explained(self.path):
                yield self._db

    def append(self, kind: str, body: dict[str, Any]) -> Entry:
        """Write one entry and return it; when this returns, the entry survives a power cut."""
        text = canonical(body)
        with self._use() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                entry = link(self._last(db), now(), kind, text)
                values = (entry.sequence, entry.time, kind, text, entry.previous, entry.hash)
                db.execute(f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608 a constant
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        return entry

    def entries(self, kind: str | None = None, since: datetime | None = None, after: int = 0) -> list[Entry]:
        """The entries in order: of one kind, not older than `since` (with a zone), with a sequence above `after`."""
        oldest = since.astimezone(UTC).isoformat(timespec="microseconds") if since else ""
        query = f"SELECT {COLUMNS} FROM entry WHERE sequence > ? AND time >= ?"  # noqa: S608 a constant
        values: list[Any] = [after, oldest]
        if kind is not None:
            query, values = f"{query} AND kind = ?", [*values, kind]
        with self._use() as db:
            return [Entry(*row) for row in db.execute(f"{query} ORDER BY sequence", values)]

    def head(self) -> Entry | None:
        """The newest entry; its hash stands for the whole journal."""
        with self._use() as db:
            return self._last(db)

    def verify(self, head: str | None = None) -> list[Problem]:
        """What is wrong with the journal. Entries cut off at the end show only against a `head` kept elsewhere."""
        entries = self.entries()
        found = list(problems(entries))
        if head is not None and head not in {entry.hash for entry in entries}:
            found.append(Problem(0, f"no entry has the hash {head}: entries were cut off, or this is another journal"))
        return found

    @staticmethod
    def _last(db: sqlite3.Connection) -> Entry | None:
        row = db.execute(f"SELECT {COLUMNS} FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()  # noqa: S608 a constant
        return Entry(*row) if row else None

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_journal(state: Path | str) -> Journal:
    """The journal of a state folder (`MROOM_STATE`); it is made when it is not there."""
    return Journal(Path(state))
