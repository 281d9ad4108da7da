"""Every message that comes in: a notification whose sender is known, or a reason why not. Nothing it says raises."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Container, Iterable
from typing import Any

from monitoring.snmp.credential import Community
from monitoring.traps.ber import Malformed
from monitoring.traps.informs import Informs
from monitoring.traps.message import V2C, Plain, Secured, open_message
from monitoring.traps.notification import Notification, Refusal, Refused, notification
from monitoring.traps.recent import Recent
from monitoring.traps.usm import Users, same

Address = Any
"""As a socket has it: host, port and, with IPv6, two more."""
_RESPONSE = b"\xa2"
"""Response-PDU (RFC 3416, 3)."""
QUESTIONS = 100
"""Questions for our engine that are answered in a second: anybody can ask, and an answer takes pysnmp a thousandth of
one. A sender asks once and asks again."""


class Gate:
    """`send` answers a sender. `sources` are the addresses of the inventory."""

    def __init__(
        self, users: Users, communities: Iterable[Community], own: bytes, boots: int, sources: Container[str],
        send: Callable[[bytes, Address], None], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.users, self.own, self._sources, self._send = users, own, sources, send
        self._communities = [one.name.encode() for one in communities]
        self._recent, self._clock = Recent(clock), clock
        self._second, self._asked = 0, 0
        self._answer = b""
        self._informs = Informs(users.users.values(), own, boots, self._answered)

    def _answered(self, message: bytes, address: Address) -> None:
        self._answer = message
        self._send(message, address)

    def taken(self, message: bytes, address: Address) -> Notification | Refusal | None:
        """None: it was the question who we are, or how late it is, and has its answer."""
        source = str(address[0]).removeprefix("::ffff:")
        if source not in self._sources:
            return Refusal.source
        try:
            opened = open_message(message)
            if isinstance(opened, Plain):
                return self._plain(message, opened, source, address)
            return self._secured(message, opened, source, address)
        except Malformed:
            return Refusal.malformed
        except Refused as error:
            return error.reason

    def _plain(self, message: bytes, opened: Plain, source: str, address: Address) -> Notification:
        if opened.version != V2C:
            raise Refused(Refusal.version)
        if not any([hmac.compare_digest(opened.community, known) for known in self._communities]):
            raise Refused(Refusal.community)
        said = notification(message, opened.pdu, len(message), source, "v2c")
        if said.inform:
            # the answer is the same message as a Response (RFC 3416, 4.2.7); its error-status is 0 as it came
            self._send(message[: opened.pdu] + _RESPONSE + message[opened.pdu + 1 :], address)
        return said

    def _secured(self, message: bytes, opened: Secured, source: str, address: Address) -> Notification | None:
        if opened.asks and not opened.engine and not opened.user:
            self._may_ask()
            self._informs.taken(message, address, source)
            return None
        key = same(message)
        answer = self._recent.answer(key)
        if answer is not None:
            if answer:
                self._send(answer, address)
            raise Refused(Refusal.replay)
        if opened.asks and opened.engine == self.own:
            return self._inform(message, opened, key, source, address)
        said = self.users.opened(message, opened, source)
        if said.inform:
            raise Refused(Refusal.kind)
        self._recent.add(key)
        return said

    def _may_ask(self) -> None:
        second = int(self._clock())
        if second != self._second:
            self._second, self._asked = second, 0
        self._asked += 1
        if self._asked > QUESTIONS:
            raise Refused(Refusal.asking)

    def _inform(
        self, message: bytes, opened: Secured, key: bytes, source: str, address: Address
    ) -> Notification | None:
        self.users.known(message, opened)
        self._answer = b""
        said = self._informs.taken(message, address, source)
        if said is None:
            if opened.boots == 0:
                return None  # it asks for our time, as RFC 3414, 4 has it
            raise Refused(Refusal.window)
        self._recent.add(key, self._answer)
        return said
