"""A long-lived session with one device: requests with retries, walks that survive a lost packet.

gufo-snmp sends once and waits once (measured: 1 packet, then TimeoutError), so the retries are here. A walk that is
asked again after a timeout goes on from its last OID, since gufo's iterator keeps its place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from monitoring.sensors.text import Value
from monitoring.snmp.credential import Community, Credential

TRIES = 3
"""Requests in all before a device counts as silent."""
REFRESH_SECONDS = 120
"""An engine's clock may be 150 s off (RFC 3414, 2.2.3): after a longer silence it is asked again."""
REPETITIONS = 50
"""Rows a GETBULK asks for: measured to cost a tenth less than 25; a device that can not, sends what fits."""
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

    async def walk(self, prefix: str, into: dict[str, Value]) -> int:
        """Everything below an OID, into a dict; how many there were. Raises Silent or Lying."""
        client = await self._ready()
        iterator: AsyncIterator[tuple[str, Value]] = client.getbulk(prefix, max_repetitions=REPETITIONS)
        count = 0
        while True:
            try:
                oid, value = await self._again(iterator.__anext__)
            except StopAsyncIteration:
                return count
            if oid in into or count == MOST:
                raise Lying(f"the walk of {prefix} comes back to {oid}" if oid in into else f"{prefix} has no end")
            into[oid] = value
            count += 1

    async def exists(self, prefix: str) -> dict[str, Value]:
        """The first value below an OID; empty when there is none. Raises Silent or Lying."""
        client = await self._ready()
        try:
            oid, value = await self._again(client.getnext(prefix).__anext__)
        except StopAsyncIteration:
            return {}
        return {oid: value}

    def close(self) -> None:
        """Forget the socket; the next request opens a new one."""
        self._client = None

    async def _ready(self) -> Any:
        from gufo.snmp.aio import SnmpSession

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

    async def _again(self, request: Any) -> Any:
        from gufo.snmp import SnmpError

        reason = ""
        for attempt in range(TRIES):
            try:
                answer = await request()
            except StopAsyncIteration:
                self._heard = time.monotonic()
                raise
            except TimeoutError:
                reason = f"no answer in {self.timeout_seconds:g} s, {attempt + 1} times"
            except SnmpError as error:
                reason = f"{type(error).__name__}: {error}"
                if not isinstance(self.credential, Community) and attempt == 0:
                    # the engine may have been restarted: its boots and time are learned anew
                    await self._resynchronise()
            except OSError as error:
                reason = error.strerror or str(error)
                break
            else:
                self._heard = time.monotonic()
                return answer
        self.close()
        raise Silent(f"{self.host}:{self.port} does not answer: {reason}")

    async def _resynchronise(self) -> None:
        from gufo.snmp import SnmpError

        try:
            await self._client.refresh()
        except (TimeoutError, SnmpError, OSError):
            return
