"""Which file is which, through rotation, copying and truncation.

A file that was read to some offset is known by its inode and by a mark: a hash of its first bytes and of the last ones
before that offset. Renamed, it keeps its inode; copied and truncated (logrotate's copytruncate), its copy has the mark.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

MARKED_BYTES = 1024
CHUNK_BYTES = 1 << 20
"""What is read and committed at once: some 6,000 records."""
ATTEMPTS = 50
"""Of finding the files while somebody rotates them."""
COMPRESSED = (".gz", ".xz", ".zst", ".bz2", ".lz4")
PATTERNS = {"spool": ("*.log", "*.log.*", "*.log-*"), "csv": ("*.csv", "*/*.csv")}

Kind = Literal["spool", "csv"]


@dataclass(frozen=True)
class Known:
    """A file that was met. `id` is 0 until it is in the database."""

    id: int
    kind: Kind
    path: str
    device: int
    inode: int
    offset: int = 0
    """Up to here everything is in the database."""
    size: int = 0
    """As it was last seen."""
    mark: bytes = b""
    gone: bool = False
    begins: bytes = b""
    """Its first bytes as they were when it was matched, while nothing of it was read: the mark of such a file."""


@dataclass(frozen=True)
class Candidate:
    """A file that is there now."""

    kind: Kind
    path: Path
    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds since 1970."""

    @property
    def place(self) -> tuple[Path, int, int]:
        return self.path, self.device, self.inode

    def new(self) -> Known:
        return Known(0, self.kind, str(self.path), self.device, self.inode)


@dataclass
class Matched:
    """What has become of the files. `ready` is in the order in which they should be read."""

    ready: list[tuple[Known, Candidate]] = field(default_factory=list)
    truncated: list[Known] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)
    copies: list[Candidate] = field(default_factory=list)
    """Their bytes are those of a file that is read already."""
    closed: list[Candidate] = field(default_factory=list)
    """They may not be read."""


def candidates(folder: Path, kind: Kind) -> list[Candidate]:
    """The regular files of a folder that records may be in, the oldest first. No link is followed."""
    found: dict[Path, Candidate] = {}
    for pattern in PATTERNS[kind]:
        for path in folder.glob(pattern):
            try:
                said = path.lstat()
            except OSError:  # renamed in this moment: the next look has it
                continue
            if stat.S_ISREG(said.st_mode) and path.suffix not in COMPRESSED:
                found[path] = Candidate(kind, path, said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns)
    # of two that were written to in the same moment, that with the longer name was rotated away
    return sorted(found.values(), key=lambda one: (one.modified, -len(one.path.name), str(one.path)))


class Finder:
    """Finds known files again. What was proved is remembered for as long as the file is not touched."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self._folder, self._kind = folder, kind
        self._proved: dict[tuple[Candidate, int, bytes], bool] = {}
        self._old = self._proved
        self._copies: dict[Candidate, tuple[Path, int, int]] = {}
        """Copies that were compared → of what."""

    def look(self, known: list[Known]) -> Matched:
        """Match the folder as it is, while somebody may rotate: who does has the whole copy before anything is cut off.

        So no file may have appeared since the list was made, and what is lost must be lost again by a list that was
        made after the loss, when its copy was whole.
        """
        lost: set[int] = set()
        for _ in range(ATTEMPTS):
            there = candidates(self._folder, self._kind)
            matched = self.match(known, there)
            before, lost = lost, {one.id for one in (*matched.truncated, *matched.gone)}
            after = {one.place: number for number, one in enumerate(candidates(self._folder, self._kind))}
            if lost <= before and after.keys() == {one.place for one in there}:
                # new files by their times as they are now: one that was cut off meanwhile is newer than its copy
                matched.ready.sort(key=lambda pair: 0 if pair[0].offset else 1 + after[pair[1].place])
                break
        return matched

    def match(self, known: Iterable[Known], there: list[Candidate]) -> Matched:
        """Where every known file is, and what is new."""
        self._old, self._proved = self._proved, {}
        matched = Matched()
        by_inode = {(one.device, one.inode): one for one in there}
        bound: dict[Path, Known] = {}
        lost: list[tuple[Known, bool]] = []
        for one in known:
            same = None if one.gone else by_inode.get((one.device, one.inode))
            if same is not None and same.path not in bound and self.proves(same, one):
                bound[same.path] = replace(one, path=str(same.path))
            else:
                lost.append((one, same is not None))
        # one that is gone may have been put back, but what was there a moment ago comes first
        for one, truncated in sorted(lost, key=lambda pair: pair[0].gone):
            moved = next((c for c in there if c.path not in bound and one.offset and self.proves(c, one)), None)
            if moved is not None:
                bound[moved.path] = replace(one, path=str(moved.path), device=moved.device, inode=moved.inode)
            elif not one.gone:
                (matched.truncated if truncated else matched.gone).append(one)
        self._sort_out(matched, bound, there)
        return matched

    def _sort_out(self, matched: Matched, bound: dict[Path, Known], there: list[Candidate]) -> None:
        # what is still to be read of a known file is older than a new one, whatever times say while somebody rotates
        for one in there:
            if one.path in bound:
                matched.ready.append((_begun(bound[one.path]), one))
        old, self._copies = self._copies, {}
        for one in there:
            if one.path in bound:
                continue
            originals = [original for _, original in matched.ready]
            of = next((each for each in originals if old.get(one) == each.place or _same_beginning(one, each)), None)
            if of is not None:
                matched.copies.append(one)
                if one.size <= of.size:  # what a file begins with stays as it is while it grows
                    self._copies[one] = of.place
            elif (new := _begun(one.new())).begins:
                matched.ready.append((new, one))
            elif one.size and not _readable(one.path):
                matched.closed.append(one)

    def proves(self, candidate: Candidate, known: Known) -> bool:
        """Whether the file still begins with what was read."""
        if candidate.size < known.offset:
            return False
        if not known.offset:
            return True
        key = (candidate, known.offset, known.mark)
        found = self._old.get(key)
        if found is None:
            with _opened(candidate.path) as fd:
                found = fd is not None and _mark(*_ends(fd, known.offset)) == known.mark
        self._proved[key] = found
        return found


def _readable(path: Path) -> bool:
    with _opened(path) as fd:
        return fd is not None


def _begun(known: Known) -> Known:
    return known if known.offset else replace(known, begins=header(known, MARKED_BYTES))


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _ends(fd: int, offset: int) -> tuple[bytes, bytes]:
    length = min(MARKED_BYTES, offset)
    return os.pread(fd, length, 0), os.pread(fd, length, offset - length)


def _mark(first: bytes, last: bytes) -> bytes:
    return hashlib.sha256(first + last).digest()


def _same_beginning(one: Candidate, other: Candidate) -> bool:
    """Whether the shorter of two files, if it is not empty, is the beginning of the longer."""
    with _opened(one.path) as a, _opened(other.path) as b:
        if a is None or b is None:
            return False
        length = min(os.fstat(a).st_size, os.fstat(b).st_size)
        at = 0
        while at < length:
            step = MARKED_BYTES if at == 0 else CHUNK_BYTES
            left, right = (os.pread(fd, min(step, length - at), at) for fd in (a, b))
            if left != right or not left:
                return False
            at += len(left)
        return length > 0


@dataclass(frozen=True)
class Chunk:
    """Bytes behind an offset, and what a mark further on is made from."""

    data: bytes
    size: int
    header: bytes
    """The file's first bytes."""
    _last: bytes
    _offset: int

    def mark(self, length: int) -> bytes:
        """The mark at `length` bytes into the data."""
        end = self._offset + length
        first = self.header if self._offset >= MARKED_BYTES else (self.header[: self._offset] + self.data[:length])
        wanted = min(MARKED_BYTES, end)
        return _mark(first[:wanted], (self._last + self.data[:length])[-wanted:] if wanted else b"")


def read(known: Known) -> Chunk | None:
    """The next bytes of a file; None when it is no longer the one that was matched."""
    with _opened(Path(known.path)) as fd:
        if fd is None:
            return None
        said = os.fstat(fd)
        if (said.st_dev, said.st_ino) != (known.device, known.inode):
            return None
        data = os.pread(fd, CHUNK_BYTES, known.offset)
        # after the bytes: what was truncated before they were read no longer has the mark
        first, last = _ends(fd, known.offset)
        if (known.offset and _mark(first, last) != known.mark) or not (first + data).startswith(known.begins):
            return None
        if known.offset < MARKED_BYTES:
            first = (first + data)[:MARKED_BYTES]
        return Chunk(data, said.st_size, first, last, known.offset)


def header(known: Known, longest: int) -> bytes:
    """The first bytes of a file, up to `longest`."""
    with _opened(Path(known.path)) as fd:
        return os.pread(fd, longest, 0) if fd is not None else b""
