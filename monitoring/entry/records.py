"""Where a record begins and ends in the bytes of a file, and the fields of a record of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from monitoring.entry.event import Bad

LONGEST_BYTES = 32 * 1024
"""Of a record. What is longer is no record: it is cut there and kept aside."""


def lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(where the next one begins, line without its end) for each whole line; what follows the last end is not given."""
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        yield end + 1, data[at:end].removesuffix(b"\r")
        at = end + 1


def rows(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The same for values in quotes, which may hold line breaks (RFC 4180). A quote that is never closed ends its
    record at the first line break, so that one bad record does not swallow those behind it."""
    if b'"' not in data:
        yield from lines(data)
        return
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        first, quotes = end, data.count(b'"', at, end)
        while quotes % 2 and end >= 0 and end - at <= LONGEST_BYTES:
            after = data.find(b"\n", end + 1)
            quotes += data.count(b'"', end + 1, after) if after >= 0 else 0
            end = after
        if end < 0 and len(data) - at <= LONGEST_BYTES:
            return  # its end may be still to come
        if end < 0 or quotes % 2 or end - at > LONGEST_BYTES:
            end = first
        yield end + 1, data[at:end].removesuffix(b"\r")
        at = end + 1


def fields(text: str, delimiter: str) -> list[str]:
    """The fields of one record. Raises Bad."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        found = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        raise Bad("quotes") from None
    if len(found) != 1:
        raise Bad("quotes")
    return found[0]
