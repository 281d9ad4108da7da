"""One job as one line of the journal: CRC-32 of the rest, epoch.number, first number of its batch, time and text."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from mainframe_standin.position import Position, parse

LONGEST = 1000
"""Bytes of a job's text."""
_FIELDS = 4


@dataclass(frozen=True)
class Record:
    """A job that was accepted."""

    position: Position
    time: float
    """Seconds of the epoch, by the clock of who accepted it."""
    text: str
    batch: int = 0
    """Number of the first job that this journal wrote in the same go; nothing of a batch counts before all of it."""

    def encode(self) -> bytes:
        body = f"{self.position} {self.batch} {self.time:.6f} {self.text}".encode()
        return b"%08x %s\n" % (zlib.crc32(body), body)

    def document(self) -> dict[str, object]:
        return {"job": str(self.position), "time": self.time, "text": self.text}


def decode(line: bytes) -> Record | None:
    """The record of one whole line with its line feed; None when it is torn or anything else."""
    if not line.endswith(b"\n") or line[8:9] != b" " or line[:8] != b"%08x" % zlib.crc32(line[9:-1]):
        return None
    try:
        words = line[9:-1].decode().split(" ", _FIELDS - 1)
        position = parse(words[0])
        if len(words) != _FIELDS or position is None or not is_text(words[3]):
            return None
        return Record(position, float(words[2]), words[3], int(words[1]))
    except ValueError:
        return None


def is_text(text: str) -> bool:
    """Whether a job may read so: printable, in one line, not too long."""
    return bool(text) and text.isprintable() and text == text.strip() and len(text.encode()) <= LONGEST
