"""Cisco IOS-XE: one text, whose difference is computed here (hier-config) and which the device takes back by itself."""

from __future__ import annotations

import base64
import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

from inventory.ssh import Login
from network import access, ios_change, ios_device
from network.access import Session
from network.access_list import access_list, groups
from network.bundle import Bundle, File, Secrets
from network.difference import Difference
from network.intent import Intent
from network.order import Order
from network.templating import fill
from network.verify.collect import Seen


@dataclass(frozen=True)
class Ios:
    name: str = "ios"
    diff_kind: str = "simulated"
    port: int = 22

    def render(self, intent: Intent, secrets: Secrets) -> Bundle:
        """The running configuration as IOS shows it, and the SNMP user apart: IOS never shows that one again."""
        management = intent.management
        lists = {
            port.name: access_list(intent.policy, management, port)
            for port in intent.ports
            if intent.policy and port.lan
        }
        text = fill(
            "ios.conf.j2",
            intent=intent,
            management=management,
            key_hash=_key_hash(secrets.authorized_key),
            lists=lists,
            groups=groups(intent.policy, intent.ports) if intent.policy else {},
        )
        user = (
            f"snmp-server user {management.snmp_user} {management.snmp_user} v3 "
            f"auth sha-2 256 {secrets.snmp_auth} priv aes 128 {secrets.snmp_priv}\n"
        )
        return {ios_device.RUNNING: File(text), ios_device.SNMP_USER: File(user, mode=0o600)}

    def connect(self, login: Login, device: str, address: str) -> AbstractContextManager[Session]:
        return access.session(login, device, address, "cisco_xe", self.port)

    def difference(self, session: Session, wanted: Bundle) -> Difference:
        return ios_device.difference(session, wanted)

    def disturbs(self, difference: Difference) -> bool:
        return bool(difference.parts)

    def begin(self, session: Session, order: Order) -> str:
        return ios_change.begin(session, order)

    def applied(self, session: Session, order: Order, seconds: int) -> str:
        return ios_change.applied(session, order, seconds)

    def confirm(self, session: Session, order: Order) -> bool:
        return ios_change.confirm(session, order)

    def undo(self, session: Session, order: Order, why: str) -> bool:
        return ios_change.undo(session, order, why)

    def ended(self, session: Session, order: Order, seconds: int) -> str:
        return ios_change.ended(session, order, seconds)

    def collect(self, session: Session) -> Seen:
        return ios_device.collect(session)


def _key_hash(line: str) -> str:
    """The form in which IOS shows a public key: its type and the MD5 of its bytes."""
    kind, data = line.split()[:2]
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        raw = data.encode()
    return f"{kind} {hashlib.md5(raw, usedforsecurity=False).hexdigest().upper()}"


PLATFORM = Ios()
