"""One file per platform: from intent to the files of a device. Adding a platform is adding a file."""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from network.bundle import Bundle, Secrets
from network.intent import Intent


class Platform(Protocol):
    """What a platform has to do; its module has one as `PLATFORM`."""

    name: str

    def render(self, intent: Intent, secrets: Secrets) -> Bundle:
        """The whole configuration of a device; the same intent gives the same bytes."""


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
    try:
        module = importlib.import_module(f"network.platforms.{name.replace('-', '_')}")
    except ModuleNotFoundError as error:
        raise UnknownPlatform(name) from error
    return cast("Platform", module.PLATFORM)
