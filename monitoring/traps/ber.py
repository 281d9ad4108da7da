"""The few types of BER that a notification is made of, read as they come and never past their end.

ITU-T X.690, in the subset that RFC 3417, 8 leaves to SNMP: definite lengths, tags of one byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitoring.sensors.text import Value

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER, GAUGE, TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
TRAP, INFORM, GET, SET, REPORT = 0xA7, 0xA6, 0xA0, 0xA3, 0xA8
"""PDUs (RFC 3416, 3)."""
_NUMBERS = frozenset({INTEGER, COUNTER, GAUGE, TICKS, COUNTER64})
_LONGEST = 4
"""Bytes of a length: more of them is more than a datagram holds."""
_IP_BYTES = 4


class Malformed(Exception):
    """These bytes are no SNMP."""


def head(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, begin and end of the content of what begins at `at`. Raises Malformed."""
    if at + 2 > end:
        raise Malformed("it ends in the middle")
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= _LONGEST or at + size > end:
            raise Malformed("a length that is none")
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > end:
        raise Malformed("it is longer than what holds it")
    return tag, at, at + length


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Begin and end of the content, which must have this tag. Raises Malformed."""
    found, start, stop = head(data, at, end)
    if found != tag:
        raise Malformed(f"tag {found:#04x} where {tag:#04x} is expected")
    return start, stop


def integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER and where it ends. Raises Malformed."""
    start, stop = expect(data, at, end, INTEGER)
    if not 0 < stop - start <= _IP_BYTES + 1:
        raise Malformed("an integer of no or too many bytes")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """An OCTET STRING and where it ends. Raises Malformed."""
    start, stop = expect(data, at, end, OCTETS)
    return data[start:stop], stop


@lru_cache(4096)
def oid_text(content: bytes) -> str:
    """An object identifier with dots. Raises Malformed."""
    if not content or content[-1] & 0x80:
        raise Malformed("an object identifier without an end")
    arcs: list[int] = []
    arc = 0
    for byte in content:
        arc = arc << 7 | byte & 0x7F
        if byte & 0x80:
            continue
        if arc >> 32:
            raise Malformed("an object identifier with an arc above 2^32")
        if not arcs:
            first = min(arc // 40, 2)
            arcs += [first, arc - 40 * first]
        else:
            arcs.append(arc)
        arc = 0
    return ".".join(map(str, arcs))


def varbinds(data: bytes, at: int, end: int) -> Iterator[tuple[str, Value | None]]:
    """Each OID with its value, which is None where it is of a type without one. Raises Malformed."""
    at, end = expect(data, at, end, SEQUENCE)
    while at < end:
        start, at = expect(data, at, end, SEQUENCE)
        begin, stop = expect(data, start, at, OID)
        yield oid_text(data[begin:stop]), _value(data, stop, at)


def _value(data: bytes, at: int, end: int) -> Value | None:
    tag, start, stop = head(data, at, end)
    content = data[start:stop]
    if tag in _NUMBERS:
        if not 0 < len(content) <= 9:  # noqa: PLR2004 a Counter64 with a sign byte
            raise Malformed("a number of no or too many bytes")
        return int.from_bytes(content, "big", signed=tag == INTEGER)
    if tag == OID:
        return oid_text(content)
    if tag == IP_ADDRESS and len(content) == _IP_BYTES:
        return ".".join(map(str, content))
    return content if tag in {OCTETS, OPAQUE, IP_ADDRESS} else None
