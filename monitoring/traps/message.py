"""What stands on the outside of a message: its version, and who says that he sends it (RFC 3412, 6; RFC 3414, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.traps.ber import OCTETS, SEQUENCE, Malformed, expect, head, integer, octets

V1, V2C, V3 = 0, 1, 3
AUTH, PRIV, REPORTABLE = 1, 2, 4
"""msgFlags."""
USM = 3
_ENGINE = range(5, 33)
"""Bytes of an engine's id (RFC 3411, SnmpEngineID)."""


@dataclass(frozen=True, slots=True)
class Plain:
    """SNMP v1 or v2c: the community, and where the PDU begins."""

    version: int
    community: bytes
    pdu: int


@dataclass(frozen=True, slots=True)
class Secured:
    """SNMP v3: all that stands outside of what is encrypted."""

    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    digest_at: int
    digest: bytes
    salt: bytes
    data: tuple[int, int]
    """Where msgData begins and ends."""

    @property
    def asks(self) -> bool:
        """Does its sender want an answer: is it an inform, or the question who we are?"""
        return bool(self.flags & REPORTABLE)


def open_message(message: bytes) -> Plain | Secured:
    """Raises Malformed."""
    start, end = expect(message, 0, len(message), SEQUENCE)
    version, at = integer(message, start, end)
    if version in {V1, V2C}:
        community, at = octets(message, at, end)
        return Plain(version, community, at)
    if version != V3:
        raise Malformed(f"version {version}")
    return _secured(message, at, end)


def _secured(message: bytes, at: int, end: int) -> Secured:
    inner, at = expect(message, at, end, SEQUENCE)
    _, inner = integer(message, inner, at)
    _, inner = integer(message, inner, at)
    flags, inner = octets(message, inner, at)
    model, _ = integer(message, inner, at)
    if len(flags) != 1 or model != USM:
        raise Malformed("no flags, or a security model that is not USM")
    wrapped, at = expect(message, at, end, OCTETS)
    inner, stop = expect(message, wrapped, at, SEQUENCE)
    engine, inner = octets(message, inner, stop)
    boots, inner = integer(message, inner, stop)
    time, inner = integer(message, inner, stop)
    user, inner = octets(message, inner, stop)
    digest_at, inner = expect(message, inner, stop, OCTETS)
    salt, _ = octets(message, inner, stop)
    if (engine and len(engine) not in _ENGINE) or min(boots, time) < 0:
        raise Malformed("an engine that is none")
    _, _, data_end = head(message, at, end)
    return Secured(flags[0], engine, boots, time, user, digest_at, message[digest_at:inner], salt, (at, data_end))
