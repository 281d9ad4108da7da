"""A device as a test sees it, in the manner of testinfra's `host`: `device("core-m1").bgp_neighbors`.

The fixture `device` is in `mroom.testing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from network import render
from network.access import Session
from network.derive import intent
from network.difference import Difference
from network.platforms import platform
from network.secrets import secrets
from network.verify.check import Check
from network.verify.collect import Seen
from network.verify.judge import judge

T = TypeVar("T")
Legs = Mapping[str, frozenset[tuple[str, str]]]


class Look(Protocol):
    """Runs a piece of work, maybe somewhere else."""

    def __call__(self, look: Callable[[], T], /) -> T:
        """What the work gave."""


class Device:
    """What a device does now. Each question about its state is answered by one look, which `refresh` renews."""

    def __init__(self, site: Site, state: Path, name: str, there: Look = lambda look: look()) -> None:
        """`there` does a piece of work where devices can be reached. Raises KeyError when there is no such device."""
        self.name, self._there = name, there
        self._site, self._state = site, state
        self._platform = platform(site.devices[name].platform)

    @cached_property
    def seen(self) -> Seen:
        """All that the device answered. Raises `network.access.Unreachable`."""

        def look() -> Seen:
            with self._session() as session:
                return self._platform.collect(session)

        return self._there(look)

    def refresh(self) -> Device:
        """Look again at the next question."""
        self.__dict__.pop("seen", None)
        return self

    @property
    def ospf_neighbors(self) -> Mapping[str, str]:
        """Interface -> state of the neighbour there."""
        return self.seen.ospf

    @property
    def bgp_neighbors(self) -> Mapping[str, str]:
        """Neighbour's address -> state."""
        return self.seen.bgp

    @property
    def bfd_peers(self) -> Mapping[str, str]:
        """Neighbour's address -> state."""
        return self.seen.bfd

    @property
    def kernel_routes(self) -> Legs:
        """Destination -> (interface, gateway) of each leg, as the kernel forwards."""
        return self.seen.kernel

    @property
    def mtu(self) -> Mapping[str, int]:
        """Interface -> bytes."""
        return self.seen.mtu

    @property
    def addresses(self) -> Mapping[str, frozenset[str]]:
        """Interface -> its addresses, shared gateway addresses included."""
        return self.seen.addresses

    @property
    def checks(self) -> list[Check]:
        """What the inventory wants of it, judged."""
        return judge(intent(self._site, self.name), self.seen)

    @property
    def difference(self) -> Difference:
        """What differs from the inventory now."""

        def look() -> Difference:
            with self._session() as session:
                wanted = render.bundle(self._site, self.name, secrets(self._site, self._state))
                return self._platform.difference(session, wanted)

        return self._there(look)

    def _session(self) -> AbstractContextManager[Session]:
        return self._platform.connect(
            login(self._site, self._state), self.name, management_address(self._site, self.name)
        )
