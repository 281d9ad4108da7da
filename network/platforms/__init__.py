"""One file per platform: from intent to the files of a device, and how they get there."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from typing import Protocol, cast

from inventory.ssh import Login
from network.access import Session
from network.bundle import Bundle, Secrets
from network.difference import Difference
from network.intent import Intent
from network.order import Order
from network.verify.collect import Seen


class Platform(Protocol):
    """What a platform has to do; its module has one as `PLATFORM`. Whatever speaks to a device raises `Unreachable`."""

    name: str
    diff_kind: str
    """`device` when the device itself says what would change, `simulated` when it is computed here."""

    def render(self, intent: Intent, secrets: Secrets) -> Bundle:
        """The whole configuration of a device; the same intent gives the same bytes."""

    def connect(self, login: Login, device: str, address: str) -> AbstractContextManager[Session]:
        """A session with a device."""

    def difference(self, session: Session, wanted: Bundle) -> Difference:
        """What differs. Nothing on the device is opened for writing when nothing differs."""

    def disturbs(self, difference: Difference) -> bool:
        """True when traffic through the device may notice the change, so that a router is drained before it."""

    def begin(self, session: Session, order: Order) -> str:
        """Order a change that the device takes back by itself; its state: armed, refused or busy, and why."""

    def applied(self, session: Session, order: Order, seconds: int) -> str:
        """Wait for `applied`, or for what became of the change instead."""

    def confirm(self, session: Session, order: Order) -> bool:
        """Keep the change. False when it is already being taken back."""

    def undo(self, session: Session, order: Order, why: str) -> bool:
        """Take the change back now. False when it is already confirmed."""

    def ended(self, session: Session, order: Order, seconds: int) -> str:
        """Wait for `confirmed` or `restored`."""

    def collect(self, session: Session) -> Seen:
        """What the device does now."""


class UnknownPlatform(Exception):
    """A device names a platform for which there is no file."""

    exit_code = 3
    code = "platform"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"platform {name!r}: expected the name of a file in network/platforms, found none of that name"
        )
        self.hint = "mend the device's `platform` in the inventory, or add the file"


def platform(name: str) -> Platform:
    """The platform of that name. Raises `UnknownPlatform`."""
    wanted = f"network.platforms.{name.replace('-', '_')}"
    try:
        module = importlib.import_module(wanted)
    except ModuleNotFoundError as error:
        if error.name != wanted:
            raise
        raise UnknownPlatform(name) from error
    return cast("Platform", module.PLATFORM)
