"""What the Linux platforms have in common: everything but their files."""

from __future__ import annotations

from contextlib import AbstractContextManager

from inventory.ssh import Login
from network import linux_change, linux_device
from network.access import Session
from network.bundle import Bundle
from network.difference import Difference
from network.order import Order
from network.verify.collect import Seen, collect


class LinuxPlatform:
    """A device with a shell, which carries out a change by itself."""

    diff_kind = "device"

    def connect(self, login: Login, device: str, address: str) -> AbstractContextManager[Session]:
        return linux_device.connect(login, device, address)

    def difference(self, session: Session, wanted: Bundle) -> Difference:
        return linux_device.difference(session, wanted)

    def disturbs(self, difference: Difference) -> bool:
        return bool(linux_device.FORWARDING & set(linux_device.actions(difference.parts)))

    def begin(self, session: Session, order: Order) -> str:
        return linux_change.begin(session, order)

    def applied(self, session: Session, order: Order, seconds: int) -> str:
        return linux_change.applied(session, order, seconds)

    def confirm(self, session: Session, order: Order) -> bool:
        return linux_change.confirm(session, order)

    def undo(self, session: Session, order: Order, why: str) -> bool:
        return linux_change.undo(session, order, why)

    def ended(self, session: Session, order: Order, seconds: int) -> str:
        return linux_change.ended(session, order, seconds)

    def collect(self, session: Session) -> Seen:
        return collect(session)
