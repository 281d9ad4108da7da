"""Informs of SNMP v3: pysnmp's engine answers them, since they are sent under our engine's id and wait for us."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pyasn1.type import univ
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.error import PySnmpError
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1902 import IpAddress

from monitoring.sensors.text import Value
from monitoring.snmp.credential import User
from monitoring.traps.notification import Notification, notified
from monitoring.traps.usm import AUTH_IDS, PRIV_IDS

_DOMAIN = (1, 3, 6, 1, 6, 1, 1)
"""snmpUDPDomain (RFC 3417)."""
_PEN, _TEXT = (20408).to_bytes(4, "big"), 4
"""pysnmp's enterprise number, and the format of an engine's id that ends in a text (RFC 3411, SnmpEngineID)."""
_LONGEST = 27


def engine_id(name: str) -> bytes:
    """The engine's id of a node, the same after each start: senders remember it."""
    return bytes([0x80 | _PEN[0], *_PEN[1:], _TEXT]) + name.encode("ascii", "replace")[:_LONGEST]


def next_boots(file: Path) -> int:
    """How many times the engine has begun, with this time (RFC 3414, 2.2.2); kept, so that old messages stay old."""
    try:
        boots = int(file.read_text(encoding="ascii")) + 1
    except (OSError, ValueError):
        boots = 1
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(str(boots), encoding="ascii")
    fresh.replace(file)
    return boots


class _Wire(AbstractTransportDispatcher):  # type: ignore[misc]  # pysnmp has no types
    """Gives what pysnmp sends to the socket that is there."""

    def __init__(self, send: Callable[[bytes, Any], None]) -> None:
        super().__init__()
        self._send = send

    def send_message(self, outgoingMessage: bytes, transportDomain: Any, transportAddress: Any) -> None:  # noqa: ARG002, N803 pysnmp's names
        self._send(outgoingMessage, transportAddress)


class _Forgets(dict[Any, list[Any]]):
    """pysnmp notes for each message when its sender's clock goes stale, and takes it off 300 s later, if at all. Only
    messages to our own engine come this far; of these nothing needs to be noted."""

    def __contains__(self, _: object) -> bool:
        return True

    def __getitem__(self, _: object) -> list[Any]:
        return []


class Informs:
    """pysnmp's engine behind our socket."""

    def __init__(self, users: Iterable[User], own: bytes, boots: int, send: Callable[[bytes, Any], None]) -> None:
        # an engine that is made with an id keeps its count of starts in a public folder of the machine
        self.engine = SnmpEngine()
        builder = self.engine.get_mib_builder()
        id_, starts = builder.import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
        id_.syntax = self.engine.snmpEngineID = id_.syntax.clone(own)
        starts.syntax = starts.syntax.clone(boots)
        (discoverable,) = builder.import_symbols("__PYSNMP-USM-MIB", "pysnmpUsmDiscoverable")
        discoverable.syntax = discoverable.syntax.clone(1)
        for user in users:
            config.add_v3_user(
                self.engine, user.name, AUTH_IDS[user.auth], user.auth_passphrase, PRIV_IDS[user.priv],
                user.priv_passphrase,
            )  # fmt: skip
        self.engine.register_transport_dispatcher(_Wire(send))
        # the name that Python gives a private attribute of that class
        vars(self.engine.security_models[3])["_SnmpUSMSecurityModel__timelineExpQueue"] = _Forgets()
        NotificationReceiver(self.engine, self._heard)
        self._said: dict[str, Value] | None = None

    def _heard(self, _engine: Any, _state: Any, _id: Any, _name: Any, binds: Any, _context: Any) -> None:
        found = ((str(oid), value_of(value)) for oid, value in binds)
        self._said = {oid: value for oid, value in found if value is not None}

    def taken(self, message: bytes, address: Any, source: str) -> Notification | None:
        """Answer it, and tell what it says; None where pysnmp answered that it cannot take it. Raises Malformed."""
        self._said = None
        try:
            self.engine.message_dispatcher.receive_message(self.engine, _DOMAIN, address, message)
        except (PySnmpError, StatusInformation):
            return None
        said, self._said = self._said, None
        return None if said is None else notified(said, source, "v3", inform=True)


def value_of(value: Any) -> Value | None:
    """What pysnmp decoded, as the rest of this suite has values; None for a type without one."""
    if isinstance(value, univ.ObjectIdentifier):
        return ".".join(map(str, tuple(value)))
    if isinstance(value, IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, univ.OctetString):
        return bytes(value)
    return int(value) if isinstance(value, univ.Integer) else None
