"""From files to the database: find what is new, read it, judge it, and commit all of it with the offset."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from inventory.model import Site
from journal import JournalError
from monitoring.entry.event import Bad, Event
from monitoring.entry.facts import Fact, Watch, rules_of
from monitoring.entry.formats.definition import Format
from monitoring.entry.judge import Judge
from monitoring.entry.records import LONGEST_BYTES, lines, rows
from monitoring.entry.spool import ATTEMPTS, CHUNK_BYTES, Candidate, Chunk, Finder, Kind, Known, header, read
from monitoring.entry.store import FOLDER, Batch, Store
from monitoring.entry.tickets import Tickets
from monitoring.entry.translate import Translator

FOLDERS: dict[Kind, str] = {"spool": "spool", "csv": "csv"}
KEPT_BYTES = 8192
"""Of a line that is kept aside; its whole length is kept as a number."""
SETTLED_SECONDS = 5.0
"""A CSV that was not written to for so long has its last record, with or without a line break."""

Read = Callable[[bytes], Event]


class Ingest:
    """All of a site's entry records. After an exception it is of no use: what it remembers was not written down."""

    def __init__(
        self, site: Site, state: Path, formats: Iterable[Format], key: str, clock: Callable[[], float] = time.time
    ) -> None:
        """`key`: the secret of the pseudonyms. `clock`: seconds since 1970. Raises StoreError."""
        self.state, self.settings = state, site.site.entry_records
        self.store = Store(state)
        self._clock = clock
        self._translator = Translator(site, formats, key)
        self._finders = {kind: Finder(state / FOLDER / name, kind) for kind, name in FOLDERS.items()}
        self._tickets = Tickets(site, state)
        self.memory = self.store.memory()
        self.judge = Judge(self._translator.doors.rooms, self.settings, Watch(rules_of(site), self.memory), self.memory)
        self.refused: dict[str, str] = {}
        """What cannot be read at all → why."""
        self.copies: list[str] = []
        self.stopping = threading.Event()
        """Set, `turn` ends after the piece that it is at."""
        for name in FOLDERS.values():
            (state / FOLDER / name).mkdir(mode=0o750, parents=True, exist_ok=True)

    def now(self) -> int:
        return int(self._clock() * 1000)

    def turn(self) -> int:
        """Read everything that is there; how many records there were. Raises StoreError."""
        self.refused.clear()
        try:
            self.judge.watch.tickets = self._tickets.read()
        except JournalError as error:  # entries are kept all the same, judged by the tickets known so far
            self.refused["the journal"] = str(error)
        self.copies.clear()
        total = 0
        for kind in FOLDERS:
            for _ in range(ATTEMPTS):
                count, same = self._folder(kind)
                total += count
                if same:
                    break
        return total

    def _folder(self, kind: Kind) -> tuple[int, bool]:
        """Read the files of a folder; how many records, and whether every file was still what it was."""
        matched = self._finders[kind].look([one for one in self.store.files() if one.kind == kind])
        self.copies += [str(one.path) for one in matched.copies]
        self.refused |= {str(one.path): "it may not be opened" for one in matched.closed}
        self._lost(matched.truncated, "spool-truncated")
        self._lost(matched.gone, "spool-lost")
        total = 0
        for one, candidate in matched.ready:
            count, same = self._file(one, candidate)
            total += count
            if not same:
                # rotated meanwhile: what comes behind it must not be read before the rest of it
                return total, False
        return total, True

    def idle(self) -> None:
        """What follows from nothing waiting to be read: doors that stand open, controllers that are silent."""
        facts = list(self.judge.quiet(self.now()))
        if facts or self.memory.changed:
            self._commit(Batch(facts=facts))

    def _commit(self, batch: Batch) -> None:
        with self.store.transaction() as db:
            self.store.write(db, batch, self.memory)
        self.memory.changed.clear()

    def _lost(self, files: list[Known], kind: str) -> None:
        """Files that end before their end was read, as far as anybody can know."""
        for one in files:
            unread = one.size - one.offset
            fact = Fact(kind, one.kind, self.now(), detail={"path": one.path, "unread_bytes": unread})
            with self.store.transaction() as db:
                db.execute("UPDATE file SET gone = 1 WHERE id = ?", (one.id,))
                # a file that was read to its end and then taken away is nothing to tell
                facts = [fact] if unread or kind == "spool-truncated" else []
                self.store.write(db, Batch(facts=facts), self.memory)
            self.memory.changed.clear()

    def _file(self, known: Known, candidate: Candidate) -> tuple[int, bool]:
        """Read one file to its present end; how many records, and whether it was still what it was."""
        if known.id and candidate.size == known.offset == known.size:
            return 0, True
        reader = self._reader(known)
        if reader is None:
            return 0, True
        total, settled = 0, self._clock() - candidate.modified / 1e9 > SETTLED_SECONDS
        while not self.stopping.is_set():
            chunk = read(known)
            if chunk is None:
                return total, False
            pieces = list(self._pieces(known, chunk, settled))
            if pieces or known.size != chunk.size:
                known = self._piece(known, chunk, pieces, reader)
                total += len(pieces)
            if not pieces or known.offset >= chunk.size:
                break
        return total, True

    @staticmethod
    def _pieces(known: Known, chunk: Chunk, settled: bool) -> Iterator[tuple[int, bytes]]:
        """The records of a chunk, each with where the next one begins."""
        at = 0
        for at, line in (lines if known.kind == "spool" else rows)(chunk.data):
            yield at, line
        rest = chunk.data[at:]
        whole = known.offset + len(chunk.data) == chunk.size
        if rest and ((at == 0 and len(rest) == CHUNK_BYTES) or (known.kind == "csv" and settled and whole)):
            yield len(chunk.data), rest

    def _piece(self, known: Known, chunk: Chunk, pieces: list[tuple[int, bytes]], reader: Read) -> Known:
        now, batch, at, judge = self.now(), Batch(), 0, self.judge
        for after, line in pieces:
            if line and not (known.offset == at == 0 and known.kind == "csv"):  # a CSV's first record is its header
                try:
                    judge.event(reader(line), known.kind, known.offset + at, now, batch)
                except Bad as bad:
                    batch.aside.append((known.offset + at, str(bad), line[:KEPT_BYTES], len(line), now))
                    batch.counts["line", "aside", str(bad), ""] += 1
            at = after
        judge.kept()
        batch.counts["line", "event", "", ""] += len(batch.events)
        with self.store.transaction() as db:
            known = self.store.keep_file(db, known, known.offset + at, chunk.size, chunk.mark(at))
            self.store.write(db, batch, self.memory, known.id)
        self.memory.changed.clear()
        return known

    def _reader(self, known: Known) -> Read | None:
        """What turns a record of this file into an event."""
        translator, now = self._translator, self.now()
        if known.kind == "spool":

            def syslog(line: bytes) -> Event:
                # a file that was truncated under a writer begins with NULs
                return translator.syslog(_decoded(line.lstrip(b"\0"), "utf-8"), now)

            return syslog
        first = next(rows(header(known, LONGEST_BYTES)), None)
        found = translator.header(first[1]) if first else None
        if found is None:
            self.refused[known.path] = "no format has these columns" if first else "no header yet"
            return None
        one, names = found

        def row(line: bytes) -> Event:
            if len(line) > LONGEST_BYTES:
                raise Bad("too long")
            return translator.row(one, names, _decoded(line, one.encoding))

        return row


def _decoded(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        raise Bad("encoding") from None
