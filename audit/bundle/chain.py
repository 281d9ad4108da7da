"""The ledger in a bundle: one line `HASH TEXT` an entry, TEXT being the canonical JSON (RFC 8785) that is hashed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import rfc8785

from audit.bundle import HEAD, LEDGER, Flaw
from journal import Entry
from journal.chain import problems

LINE = re.compile(r"([0-9a-f]{64}) (\{.*\})\Z")
KEYS = {"body", "kind", "previous", "sequence", "time"}


def text(entry: Entry) -> str:
    """What an entry's hash is over."""
    rest = rfc8785.dumps(
        {"kind": entry.kind, "previous": entry.previous, "sequence": entry.sequence, "time": entry.time}
    ).decode()
    return f'{{"body":{entry.text},{rest[1:]}'


def write(entries: Iterable[Entry]) -> bytes:
    return "".join(f"{entry.hash} {text(entry)}\n" for entry in entries).encode()


def head(entry: Entry) -> bytes:
    """The file HEAD: hash and sequence of the last entry."""
    return f"{entry.hash} {entry.sequence}\n".encode()


def read(data: bytes) -> tuple[list[Entry], list[Flaw]]:
    """The entries, and the lines that are none."""
    entries: list[Entry] = []
    flaws: list[Flaw] = []
    lines = data.decode("utf-8", errors="replace").split("\n")
    if lines[-1]:
        flaws.append(Flaw(LEDGER, "does not end with a line break"))
    for number, line in enumerate(lines[:-1] if not lines[-1] else lines, 1):
        entry = _entry(line)
        if entry is None:
            flaws.append(Flaw(f"ledger entry {number}", "the line is not `HASH TEXT` with canonical JSON"))
        else:
            entries.append(entry)
    return entries, flaws


def plain(given: str) -> Any:
    """Canonical JSON as values that have the same canonical JSON: an integer from 2^53 is a float there."""
    return json.loads(given, parse_int=lambda digits: int(digits) if abs(int(digits)) < 2**53 else float(digits))


def _entry(line: str) -> Entry | None:
    match = LINE.match(line)
    if not match:
        return None
    try:
        document = plain(match[2])
        right = set(document) == KEYS and rfc8785.dumps(document).decode() == match[2]
        body = rfc8785.dumps(document["body"]).decode() if right else ""
    except (ValueError, TypeError, RecursionError, rfc8785.CanonicalizationError):
        return None
    typed = right and isinstance(document["sequence"], int) and isinstance(document["body"], dict)
    if not typed or not all(isinstance(document[name], str) for name in ("time", "kind", "previous")):
        return None
    return Entry(document["sequence"], document["time"], document["kind"], body, document["previous"], match[1])


def check(entries: list[Entry], given: bytes, kept: str | None) -> list[Flaw]:
    """What does not fit in the chain, in the file HEAD, and with a hash that was kept elsewhere."""
    flaws = [Flaw(f"ledger entry {found.sequence}", found.what) for found in problems(entries)]
    if not entries:
        flaws.append(Flaw(LEDGER, "holds no entry"))
    elif head(entries[-1]) != given:
        flaws.append(Flaw(HEAD, "is not the last entry of the ledger: entries were cut off, or it was changed"))
    if kept is not None and kept not in {entry.hash for entry in entries}:
        flaws.append(Flaw(LEDGER, f"no entry has the hash {kept}: entries were cut off, or this is another ledger"))
    return flaws
