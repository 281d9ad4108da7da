"""The receiver: messages in, alarms out, and `/metrics` and `/-/healthy` over HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitoring.alerts.rules import Ground
from monitoring.exporter.asgi import PLAIN, answer, lifespan
from monitoring.exporter.text import CONTENT_TYPE
from monitoring.snmp.credential import Community, Credential, User
from monitoring.traps.alarms import Alarm, Alarms
from monitoring.traps.deliver import Delivery
from monitoring.traps.gate import Gate
from monitoring.traps.intake import Intake
from monitoring.traps.meaning import Dictionary, Trap
from monitoring.traps.notification import Notification, Refusal
from monitoring.traps.own import Own
from monitoring.traps.ports import Ports, index_of
from monitoring.traps.usm import Users

ASKED, WAITING = 64, 8
"""Ports that are asked for at once (what is more than that is told of its device), and traps that wait for the name of
one; of more the first and the last count."""
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Where to listen, whom to believe, whom to tell."""

    host: str
    port: int
    engine: bytes
    boots: int
    users: Sequence[User]
    alertmanagers: Sequence[str]
    communities: Sequence[Community] = field(default=(), repr=False)
    ask_with: Credential | None = None
    """Whose name devices are asked in for the names of their ports; None: the first user."""


class Receiver:
    """One socket's notifications. Raises OSError where it cannot listen."""

    def __init__(self, settings: Settings, ground: Ground, dictionary: Dictionary) -> None:
        self.alarms, self._dictionary = Alarms(ground), dictionary
        self.intake = Intake(settings.host, settings.port, self._work)
        users = Users(settings.users)
        self._gate = Gate(
            users, settings.communities, settings.engine, settings.boots, self.alarms.elements, self.intake.send
        )
        self.own = Own(self.intake, self.alarms, users)
        self._deliveries = [
            Delivery(self.alarms.outlet(), url, self._told, self.own.failed) for url in settings.alertmanagers
        ]
        self._ports = Ports(settings.ask_with or settings.users[0])
        self._asking: dict[tuple[str, int], list[tuple[Trap, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled."""
        parts: list[Coroutine[Any, Any, None]] = [self.intake.run(), *(one.run() for one in self._deliveries)]
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)

    def _work(self, message: bytes, address: Any, came: float) -> None:
        try:
            said = self._gate.taken(message, address)
        except Exception:
            # whatever somebody sends must not end the receiver; that it came this far is a fault to mend
            LOG.exception("a message of %d bytes from %s", len(message), address[0])
            said = Refusal.error
        if isinstance(said, Refusal):
            self.own.refused(said)
        elif said is not None:
            self.own.taken(said)
            self._meant(said, came)

    def _meant(self, said: Notification, came: float) -> None:
        element, trap = self.alarms.elements[said.source], self._dictionary.of(said)
        if trap is None:
            self.own.meaningless()
            return
        if trap.restarts:
            self._ports.forget(element)
        if trap.about == "port":
            self._of_port(trap, said, element, came)
        else:
            self._heard(trap, element, None, came)

    def _of_port(self, trap: Trap, said: Notification, element: str, came: float) -> None:
        name, index = self._ports.told(said, element), index_of(said)
        if name or index is None:
            self._heard(trap, element, name or "port", came)
            return
        waiting = self._asking.get((element, index))
        if waiting is not None:
            if waiting[-1][0] is not trap:
                waiting.append((trap, came))
            del waiting[1:-WAITING]
        elif len(self._asking) >= ASKED:
            self._heard(trap, element, f"port {index}", came)
        else:
            self._asking[element, index] = [(trap, came)]
            task = asyncio.get_running_loop().create_task(self._ask(said.source, element, index))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, address: str, element: str, index: int) -> None:
        try:
            name = await self._ports.ask(element, address, index)
        finally:
            waiting = self._asking.pop((element, index))
        for trap, came in waiting:
            self._heard(trap, element, name or f"port {index}", came)

    def _heard(self, trap: Trap, element: str, port: str | None, came: float) -> None:
        if not self.alarms.heard(trap, element, port, came):
            self.own.meaningless()

    def _told(self, alarms: Sequence[Alarm]) -> None:
        self.own.told(len(alarms), time.time() - min(alarm.changed for alarm in alarms))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The HTTP application (ASGI)."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["path"] == "/metrics" and scope["method"] == "GET":
            await answer(send, 200, CONTENT_TYPE, self.own.text())
        elif scope["path"] == "/-/healthy" and scope["method"] == "GET":
            await answer(send, 200, PLAIN, b"Healthy.\n")
        else:
            await answer(send, 404, PLAIN, b"There is /metrics and /-/healthy, to GET.\n")
