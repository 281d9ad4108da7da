"""The hash chain: what an entry is, how its hash is made, and what is wrong with a row of entries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785

from journal.errors import JournalError

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""


@dataclass(frozen=True)
class Entry:
    """One line of the journal. `text` is the body as it is hashed: canonical JSON (RFC 8785)."""

    sequence: int
    time: str
    """RFC 3339, UTC, microseconds."""
    kind: str
    text: str
    previous: str
    hash: str
    """SHA-256, hexadecimal, of the canonical JSON object {body, kind, previous, sequence, time}."""

    @property
    def body(self) -> dict[str, Any]:
        """The body; a fresh copy at every call, since an entry never changes."""
        document: dict[str, Any] = json.loads(self.text)
        return document


@dataclass(frozen=True)
class Problem:
    """Something that an untouched journal cannot have. `sequence` is 0 where no single entry is to blame."""

    sequence: int
    what: str


def canonical(body: dict[str, Any]) -> str:
    """The body as canonical JSON. Raises JournalError for what it cannot hold: NaN, integers from 2^53, types."""
    try:
        return rfc8785.dumps(body).decode()
    except (rfc8785.CanonicalizationError, TypeError, RecursionError) as error:
        message = f"this cannot be kept in the journal: {error}"
        raise JournalError(message, "keep to JSON: text, finite numbers, true, false, null, lists, objects") from error


def digest(sequence: int, time: str, kind: str, text: str, previous: str) -> str:
    """The hash of an entry. `text` goes in as it stands, so that what is checked is what is stored."""
    rest = rfc8785.dumps({"kind": kind, "previous": previous, "sequence": sequence, "time": time}).decode()
    # "body" sorts before every other key: the canonical form of the whole object is the two put together.
    return hashlib.sha256(f'{{"body":{text},{rest[1:]}'.encode()).hexdigest()


def link(before: Entry | None, time: str, kind: str, text: str) -> Entry:
    """The entry that follows `before` (None: the first)."""
    sequence, previous = (before.sequence + 1, before.hash) if before else (1, GENESIS)
    return Entry(sequence, time, kind, text, previous, digest(sequence, time, kind, text, previous))


def problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Everything that does not fit in a row of entries that should begin with the first one."""
    expected, previous = 1, GENESIS
    for entry in entries:
        if entry.sequence != expected:
            yield Problem(entry.sequence, f"entry {expected} expected here: entries are missing or out of order")
        if entry.previous != previous:
            yield Problem(
                entry.sequence, "does not follow the entry before it: one of the two was changed or taken out"
            )
        if entry.hash != digest(entry.sequence, entry.time, entry.kind, entry.text, entry.previous):
            yield Problem(entry.sequence, "its hash does not fit its content: it was changed after it was written")
        expected, previous = entry.sequence + 1, entry.hash
