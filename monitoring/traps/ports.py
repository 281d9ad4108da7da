"""Which port an ifIndex is: agents say linkDown with the number alone, and number their ports as they like."""

from __future__ import annotations

from collections.abc import Callable

from monitoring.sensors.text import text_of
from monitoring.snmp.credential import Credential
from monitoring.snmp.session import Lying, Session, Silent
from monitoring.snmp.target import PORT
from monitoring.traps.notification import Notification

IF_INDEX, IF_DESCR, IF_NAME = "1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1"
"""IF-MIB (RFC 2863)."""
MOST = 4096
"""Ports of one device that are remembered."""


class Ports:
    """Names of ports, by device and index; asked for once."""

    def __init__(self, credential: Credential, session: Callable[..., Session] = Session) -> None:
        self._credential, self._session = credential, session
        self._known: dict[str, dict[int, str]] = {}

    def forget(self, element: str) -> None:
        """After a restart a device may number its ports anew."""
        self._known.pop(element, None)

    def told(self, said: Notification, element: str) -> str | None:
        """The port's name, where the trap says it or it is known."""
        for at in (IF_NAME, IF_DESCR):
            for oid, value in said.values.items():
                if oid.startswith(f"{at}.") and isinstance(value, bytes) and value:
                    return text_of(value)
        index = index_of(said)
        return None if index is None else self._known.get(element, {}).get(index)

    async def ask(self, element: str, address: str, index: int) -> str | None:
        """What the device calls it; None when it does not say."""
        session = self._session(address, PORT, self._credential)
        try:
            found = await session.get([f"{IF_NAME}.{index}", f"{IF_DESCR}.{index}"])
        except (Silent, Lying):
            return None
        finally:
            session.close()
        name = text_of(found.get(f"{IF_NAME}.{index}")) or text_of(found.get(f"{IF_DESCR}.{index}"))
        known = self._known.setdefault(element, {})
        if name and len(known) < MOST:
            known[index] = name
        return name or None


def index_of(said: Notification) -> int | None:
    """The ifIndex of a linkDown or linkUp: the value of its varbind, or the last arc of any other of the table."""
    for oid, value in said.values.items():
        if oid.startswith(f"{IF_INDEX}.") and isinstance(value, int):
            return value
    return None
