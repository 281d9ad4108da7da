"""The journal of accepted jobs: appended and fsynced in batches, read back by number.

After a power cut its last batch may be torn. That batch was never acknowledged, so what is left of it is cut off. A bad
line before a later batch is another matter: that line was on disk once, so nothing is guessed and it does not open.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mainframe_standin.durable import sync_folder, write_all
from mainframe_standin.position import START, Position
from mainframe_standin.record import Record, decode


class Corrupt(Exception):
    """The journal holds a line that was once whole, and is not now."""


class Journal:
    """Records with numbers 1, 2, 3 …; one process writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        fresh = not path.exists()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if fresh:
            sync_folder(path.parent)
        self._offsets = array("q", [0])
        """Where record n begins, at n - 1; behind the last one stands the end."""
        self._epochs: list[Position] = []
        """The last position of each epoch, in order."""
        self.cut_off = 0
        """Bytes of a torn batch that were cut off when it was opened."""
        self._load()

    def close(self) -> None:
        os.close(self._file)

    @property
    def last(self) -> Position:
        return self._epochs[-1] if self._epochs else START

    def append(self, records: list[Record]) -> None:
        """Write one batch; on disk when this returns. After an OSError nobody knows what is: the process must end."""
        first = self.last.number + 1
        assert [one.position.number for one in records] == list(range(first, first + len(records)))
        records = [replace(one, batch=first) for one in records]
        lines = [one.encode() for one in records]
        os.lseek(self._file, self._offsets[-1], os.SEEK_SET)
        write_all(self._file, b"".join(lines))
        os.fdatasync(self._file)
        for record, line in zip(records, lines, strict=True):
            self._add(record, len(line))

    def cut(self, number: int) -> None:
        """Forget all records after that number."""
        end = self._offsets[number]
        os.ftruncate(self._file, end)
        os.fsync(self._file)
        del self._offsets[number + 1 :]
        ends = [one for one in self._epochs if one.number <= number]
        if number > (ends[-1].number if ends else 0):
            ends.append(Position(self._epochs[len(ends)].epoch, number))
        self._epochs = ends

    def get(self, number: int) -> Record | None:
        """The record with that number."""
        if not 1 <= number <= self.last.number:
            return None
        begin, end = self._offsets[number - 1], self._offsets[number]
        found = decode(os.pread(self._file, end - begin, begin))
        if found is None:
            raise Corrupt(f"{self._path}: record {number} was whole and is not now")
        return found

    def after(self, number: int, most: int) -> Iterator[Record]:
        """The records that follow a number, at most so many."""
        for n in range(number + 1, min(number + most, self.last.number) + 1):
            found = self.get(n)
            assert found is not None
            yield found

    def epoch_at(self, number: int) -> int:
        """The epoch of the record with that number; 0 before the first one."""
        return next((one.epoch for one in self._epochs if number <= one.number), 0) if number else 0

    def end_of(self, epoch: int) -> int:
        """The number of the last record whose epoch is not later than that."""
        return max((one.number for one in self._epochs if one.epoch <= epoch), default=0)

    def _add(self, record: Record, size: int) -> None:
        if self._epochs and self._epochs[-1].epoch == record.position.epoch:
            self._epochs.pop()
        self._epochs.append(record.position)
        self._offsets.append(self._offsets[-1] + size)

    def _load(self) -> None:
        with self._path.open("rb") as file:
            for line in file:
                record = decode(line)
                if record is None or record.position.number != self.last.number + 1:
                    self._torn(file.read())
                    return
                self._add(record, len(line))

    def _torn(self, rest: bytes) -> None:
        """Cut the torn batch off, unless a whole record of a later batch follows."""
        torn = self.last.number + 1
        for line in rest.splitlines(keepends=True):
            later = decode(line)
            if later is not None and later.batch > torn:
                raise Corrupt(
                    f"{self._path}: record {torn} is not readable, but {later.position} of a later batch is: "
                    "the disk has lost what it had; take this host's copy away and let it be copied anew"
                )
        end = self._offsets[-1]
        self.cut_off = os.fstat(self._file).st_size - end
        os.ftruncate(self._file, end)
        os.fsync(self._file)
