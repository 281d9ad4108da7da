"""A long-lived session with one device: requests with retries, walks that survive a lost packet.

gufo-snmp sends once and waits once (measured: 1 packet, then TimeoutError), so the retries are here. A walk that is
asked again after a timeout goes on from its last OID, since gufo's iterator keeps its place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NoReturn, TypeVar

from gufo.snmp import SnmpError
from gufo.snmp.aio import SnmpSession

from monitoring.sensors.text import Value
from monitoring.snmp.credential import Community, Credential

T = TypeVar("T")
TRIES = 3
"""Requests in all before a device counts as silent."""
REFRESH_SECONDS = 120
"""An engine's clock may be 150 s off (RFC 3414, 2.2.3): after a longer silence it is asked again."""
REPETITIONS = 50
"""Rows a GETBULK asks for: measured to cost a tenth less than 25; a device that can not, sends what fits."""
MOST_REPETITIONS = 64
"""Rows that fit into one packet of 1,500 bytes, at about 22 bytes each."""
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
        self._client: Any = None
        self._heard = 0.0

    async def get(self, oids: Iterable[str]) -> dict[str, Value]:
        """The values of some OIDs; those that the device has not are left out. Raises Silent or Lying."""
        wanted = list(oids)
        client = await self._ready()
        found = await self._again(lambda: client.get_many(wanted))
        return {oid: value for oid, value in found.items() if value is not None}

    async def walk(self, prefix: str, into: dict[str, Value], repetitions: int = REPETITIONS) -> int:
        """Everything below an OID, into a dict; how many there were. Raises Silent or Lying.

        A lost packet costs one request: the walk goes on from its last OID.
        """
        client = await self._ready()
        iterator = client.getbulk(prefix, max_repetitions=repetitions)
        before, failures = len(into), 0
        while True:
            seen = len(into)
            try:
                async for oid, value in iterator:
                    if oid in into or len(into) - before > MOST:
                        _endless(prefix, oid)
                    into[oid] = value
            except (TimeoutError, SnmpError, OSError) as error:
                failures = 1 if len(into) > seen else failures + 1
                await self._failed(error, failures)
            except BaseException as error:
                self._panicked(error)
                raise
            else:
                self._heard = time.monotonic()
                return len(into) - before

    async def exists(self, prefix: str) -> dict[str, Value]:
        """The first value below an OID; empty when there is none. Raises Silent or Lying."""
        client = await self._ready()
        iterator = client.getnext(prefix)

        async def first() -> dict[str, Value]:
            async for oid, value in iterator:
                return {oid: value}
            return {}

        return await self._again(first)

    def close(self) -> None:
        """Forget the socket; the next request opens a new one."""
        self._client = None

    async def _ready(self) -> Any:
        if self._client is None:
            community = self.credential.name if isinstance(self.credential, Community) else ""
            user = None if isinstance(self.credential, Community) else self.credential.key()
            try:
                self._client = SnmpSession(
                    self.host, port=self.port, community=community, user=user, timeout=self.timeout_seconds
                )
            except (OSError, ValueError) as error:
                raise Silent(f"{self.host}:{self.port} cannot be asked: {error}") from error
        if not isinstance(self.credential, Community) and time.monotonic() - self._heard > REFRESH_SECONDS:
            await self._again(self._client.refresh)
        return self._client

    async def _again(self, request: Callable[[], Awaitable[T]]) -> T:
        failures = 0
        while True:
            try:
                answer = await request()
            except (TimeoutError, SnmpError, OSError) as error:
                failures += 1
                await self._failed(error, failures)
            except BaseException as error:
                self._panicked(error)
                raise
            else:
                self._heard = time.monotonic()
                return answer

    async def _failed(self, error: Exception, failures: int) -> None:
        """After so many failures in a row: get ready to ask again. Raises Silent when it was the last time."""
        if isinstance(error, TimeoutError):
            reason, last = f"no answer in {self.timeout_seconds:g} s, {failures} times", failures >= TRIES
        elif isinstance(error, SnmpError):
            reason, last = f"{type(error).__name__}: {error}", failures >= TRIES
        else:
            reason, last = getattr(error, "strerror", None) or str(error), True
        if last:
            self.close()
            raise Silent(f"{self.host}:{self.port} does not answer: {reason}") from error
        if isinstance(error, SnmpError) and not isinstance(self.credential, Community):
            # the engine may have been restarted: its boots and time are learned anew
            await self._resynchronise()

    def _panicked(self, error: BaseException) -> None:
        """Raises Lying for a panic: gufo-snmp 0.13 meets some malformed packets so (src/ber/header.rs reads past its
        end), and pyo3 raises that past Exception. The client may be in any state: it is left behind."""
        if type(error).__name__ == "PanicException":
            self.close()
            raise Lying(f"{self.host}:{self.port} sent a packet that is no SNMP") from None

    async def _resynchronise(self) -> None:
        try:
            await self._client.refresh()
        except (TimeoutError, SnmpError, OSError):
            return


def _endless(prefix: str, oid: str) -> NoReturn:
    raise Lying(f"the walk of {prefix} does not end: it is at {oid}")
