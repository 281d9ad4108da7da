"""A long-lived session with one device: requests with retries, walks that survive a lost packet.

gufo-snmp sends once and waits once (measured: 1 packet, then TimeoutError), so the retries are here. A walk that is
asked again after a timeout goes on from its last OID, since gufo's iterator keeps its place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import NoReturn, TypeVar

from gufo.snmp import SnmpError
from gufo.snmp.aio import SnmpSession

from monitoring.sensors.text import Value
from monitoring.snmp.credential import Community, Credential

T = TypeVar("T")
TRIES = 3
"""Requests in all before a device counts as silent."""
REFRESH_SECONDS = 120
"""An engine's clock may be 150 s off (RFC 3414, 2.2.3): after a longer silence it is asked again."""
REPETITIONS = 25
"""Rows a GETBULK asks for where nothing is known. 50 cost a tenth less, but run on past the end into the long OIDs of
DISMAN-EVENT-MIB, and an answer in fragments does not pass a stateless filter: a router of the twin fell silent so."""
MOST_REPETITIONS = 64
"""Rows that fit into one packet of 1,500 bytes, at about 22 bytes each."""
FEW = 10
"""Rows for a device whose large answers do not arrive: what is left of them fits into one packet at 100 bytes each."""
FEW_SECONDS = 600
"""How long a device that needed FEW is asked so at once."""
MOST = 200_000
"""Varbinds of one subtree; a device with more of them lies."""


class Silent(Exception):
    """The device did not answer."""

    exit_code, code = 7, "unreachable"
    hint = "is it on, is its SNMP agent on, may this machine ask it, and is the community or user right?"


class Lying(Exception):
    """The device answers, but not with what a walk can end on."""

    exit_code, code = 1, "snmp-answer"
    hint = "the agent of the device is broken: update its firmware, or leave it out"


class Session:
    """One device. Only one walk at a time: hold `lock`."""

    def __init__(self, host: str, port: int, credential: Credential, timeout_seconds: float = 1.0) -> None:
        self.host, self.port, self.credential, self.timeout_seconds = host, port, credential, timeout_seconds
        self.lock = asyncio.Lock()
        self._client: SnmpSession | None = None
        self._heard = 0.0
        self._few_until = 0.0

    async def get(self, oids: Iterable[str]) -> dict[str, Value]:
        """The values of some OIDs; those that the device has not are left out. Raises Silent or Lying."""
        wanted = list(oids)
        found = await self._again(lambda client: client.get_many(wanted))
        return {oid: value for oid, value in found.items() if value is not None}

    async def exists(self, prefix: str) -> dict[str, Value]:
        """The first value behind an OID; empty when there is none. Raises Silent or Lying."""

        async def first(client: SnmpSession) -> dict[str, Value]:
            async for oid, value in client.getnext(prefix):
                return {oid: value}
            return {}

        return await self._again(first)

    async def walk(self, prefix: str, into: dict[str, Value], repetitions: int = REPETITIONS) -> int:
        """Everything below an OID, into a dict; how many there were. Raises Silent or Lying.

        With v2c a lost packet costs one request: the walk goes on from its last OID. With v3 it begins again, with a
        new client. A device that stays silent is asked for FEW rows the last time: a filter that drops fragments, or an
        agent that can not send a large answer, looks the same.
        """
        walking = _Walk(prefix, min(repetitions, FEW) if time.monotonic() < self._few_until else repetitions)
        try:
            await self._again(walking.go, walking.failures)
        finally:
            into.update(walking.found)
        if walking.cut:
            self._few_until = time.monotonic() + FEW_SECONDS
        return len(walking.found)

    def close(self) -> None:
        """Forget the socket; the next request opens a new one."""
        self._client = None

    async def _ready(self) -> SnmpSession:
        if self._client is None:
            community = self.credential.name if isinstance(self.credential, Community) else ""
            user = None if isinstance(self.credential, Community) else self.credential.key()
            try:
                self._client = SnmpSession(
                    self.host, port=self.port, community=community, user=user, timeout=self.timeout_seconds
                )
            except ValueError as error:
                raise OSError(f"it cannot be asked: {error}") from error
            self._heard = 0.0
        if not isinstance(self.credential, Community) and time.monotonic() - self._heard > REFRESH_SECONDS:
            await self._client.refresh()
        return self._client

    async def _again(
        self, request: Callable[[SnmpSession], Awaitable[T]], count: Callable[[int], int] = lambda before: before + 1
    ) -> T:
        """Ask until there is an answer, or until `count` makes TRIES failures. Raises Silent or Lying."""
        failures = 0
        while True:
            try:
                answer = await request(await self._ready())
            except (TimeoutError, SnmpError, OSError) as error:
                failures = count(failures)
                self._failed(error, failures)
            except BaseException as error:
                self._panicked(error)
                raise
            else:
                self._heard = time.monotonic()
                return answer

    def _failed(self, error: Exception, failures: int) -> None:
        """After so many failures in a row: get ready to ask again. Raises Silent when it was the last time."""
        if isinstance(error, TimeoutError):
            reason, last = f"no answer in {self.timeout_seconds:g} s, {failures} times", failures >= TRIES
        elif isinstance(error, SnmpError):
            reason, last = f"{type(error).__name__}: {error}", failures >= TRIES
        else:
            reason, last = getattr(error, "strerror", None) or str(error), True
        if last or not isinstance(self.credential, Community):
            # an engine that was restarted reports that our time is wrong, which gufo-snmp takes for silence; only a new
            # client learns its boots and time anew
            self.close()
        if last:
            raise Silent(f"{self.host}:{self.port} does not answer: {reason}") from error

    def _panicked(self, error: BaseException) -> None:
        """Raises Lying for a panic: gufo-snmp 0.13 meets some malformed packets so (src/ber/header.rs reads past its
        end), and pyo3 raises that past Exception. The client may be in any state: it is left behind."""
        if type(error).__name__ == "PanicException":
            self.close()
            raise Lying(f"{self.host}:{self.port} sent a packet that is no SNMP") from None


class _Walk:
    """A walk that can be taken up again where it was, as long as its client is the same."""

    def __init__(self, prefix: str, repetitions: int) -> None:
        self.prefix, self.repetitions = prefix, repetitions
        self.found: dict[str, Value] = {}
        self.cut = False
        """Did it take FEW rows a time?"""
        self._client: SnmpSession | None = None
        self._best = 0

    async def go(self, client: SnmpSession) -> None:
        if client is not self._client:
            self._client, self.found = client, {}
            self._iterator = client.getbulk(self.prefix, max_repetitions=self.repetitions)
        async for oid, value in self._iterator:
            if oid in self.found or len(self.found) >= MOST:
                _endless(self.prefix, oid)
            self.found[oid] = value

    def failures(self, before: int) -> int:
        """How many there were in a row, with one more: the first again where it got further than ever."""
        count = 1 if len(self.found) > self._best else before + 1
        self._best = max(self._best, len(self.found))
        if count == TRIES - 1 and self.repetitions > FEW:
            self.repetitions, self.cut, self._client, self._best = FEW, True, None, 0
        return count


def _endless(prefix: str, oid: str) -> NoReturn:
    raise Lying(f"the walk of {prefix} does not end: it is at {oid}")
