"""A notification whose sender is known, and why another message is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitoring.sensors.text import Value
from monitoring.traps import ber
from monitoring.traps.ber import Malformed

UPTIME, TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
"""The first two varbinds of each (RFC 3416, 4.2.6)."""


class Refusal(StrEnum):
    """Why a message was not taken; the label `reason`."""

    malformed = "malformed"
    version = "version"
    community = "community"
    source = "source"
    """Nobody of the inventory has its address."""
    level = "level"
    """Without authentication or without privacy."""
    user = "user"
    engine = "engine"
    """Of an engine that never proved that it knows the passphrase."""
    digest = "digest"
    decryption = "decryption"
    window = "window"
    """Older than 150 s, or of an earlier start of the engine: a replay (RFC 3414, 3.2.7)."""
    replay = "replay"
    """The very same message again."""
    kind = "kind"
    """Signed, but no notification."""
    asking = "asking"
    """One of too many questions who we are."""
    error = "error"
    """A fault of ours, which the log has."""


class Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True, slots=True)
class Notification:
    """What a device said. `values` are the varbinds behind the first two, OID → value."""

    source: str
    version: str
    inform: bool
    trap: str
    values: dict[str, Value]


def notification(data: bytes, at: int, end: int, source: str, version: str) -> Notification:
    """The PDU of a trap. Raises Malformed, and Refused for a PDU of another kind."""
    tag, at, end = ber.head(data, at, end)
    if tag not in {ber.TRAP, ber.INFORM}:
        raise Refused(Refusal.kind)
    for _ in range(3):
        _, at = ber.integer(data, at, end)
    binds: dict[str, Value] = {oid: value for oid, value in ber.varbinds(data, at, end) if value is not None}
    return notified(binds, source, version, inform=tag == ber.INFORM)


def notified(binds: dict[str, Value], source: str, version: str, *, inform: bool) -> Notification:
    """From its varbinds. Raises Malformed where these do not say which trap it is."""
    trap = binds.pop(TRAP_OID, None)
    binds.pop(UPTIME, None)
    if not isinstance(trap, str):
        raise Malformed("it does not say which trap it is")
    return Notification(source, version, inform, trap, binds)
