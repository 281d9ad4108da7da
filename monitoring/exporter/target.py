"""What is kept of one device between two scrapes: its session, what it is, how to write it, whether it is dead."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from monitoring.devices.definition import Definition
from monitoring.exporter.recipe import Recipe
from monitoring.snmp.credential import Credential
from monitoring.snmp.session import Session

BACK_OFF = (0.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds for which a device is left alone after so many failures in a row."""
LEARN_ANEW = 600.0
"""Seconds after which a device is asked again who it is: somebody may have put another in its place."""
KEPT = 10_000
"""Devices that are kept; the one not asked for longest is forgotten first."""


@dataclass
class Target:
    """One device, asked as one user."""

    session: Session
    definitions: tuple[Definition, ...] = ()
    subtrees: list[tuple[str, str]] = field(default_factory=list)
    recipe: Recipe | None = None
    identity: tuple[object, ...] = ()
    """sysDescr and sysObjectID: with others, it is another device."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Subtree → varbinds, the last time."""
    learned: float = 0.0
    failures: int = 0
    again: float = 0.0
    """Not before this moment of the monotonic clock."""
    reason: str = ""
    asking: bool = False
    """Its first answer is waited for."""

    def failed(self, reason: str) -> None:
        self.asking = False
        self.failures += 1
        self.reason = reason
        self.again = time.monotonic() + BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]

    def answered(self) -> None:
        self.failures, self.again, self.reason = 0, 0.0, ""

    @property
    def state(self) -> str:
        return "dead" if self.failures else "live" if self.identity else "unknown"


class Targets:
    """All devices that were asked for, by address, module and user."""

    def __init__(self, kept: int = KEPT, timeout_seconds: float = 1.0) -> None:
        self.kept, self.timeout_seconds = kept, timeout_seconds
        self._known: OrderedDict[tuple[str, int, str, str], Target] = OrderedDict()

    def get(self, host: str, port: int, module: str, auth: str, credential: Credential) -> Target:
        key = host, port, module, auth
        target = self._known.get(key)
        if target is None:
            target = self._known[key] = Target(Session(host, port, credential, self.timeout_seconds))
            while len(self._known) > self.kept:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return target

    def states(self) -> dict[str, int]:
        found = dict.fromkeys(("live", "dead", "unknown"), 0)
        for target in self._known.values():
            found[target.state] += 1
        return found
