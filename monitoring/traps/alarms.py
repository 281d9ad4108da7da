"""From traps to alarms: one for an alert and its element, however many traps say it.

An alarm has the labels of the rule that the poll's state fires, so that Alertmanager takes both for one. It carries an
end: when the poll sees it too, Prometheus tells the same alert and from then on says when it is over; when not, it is
over by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inventory.addresses import given
from monitoring.alerts.rules import Ground, rule
from monitoring.alerts.subjects import port as port_of
from monitoring.traps.meaning import Trap

REFRESH = 1 / 3
"""Of its hold must be gone before an alarm that goes on is told again."""


Key = tuple[str, str]
"""Alert and element."""


@dataclass(slots=True)
class Alarm:
    alert: str
    element: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    begin: float
    end: float
    """In seconds of the clock."""
    told_end: float = 0.0
    """The end that every Alertmanager is, or will be, told."""
    changed: float = 0.0
    """When the trap came that it was last told for."""
    traps: int = 0
    last: str = ""

    @property
    def key(self) -> Key:
        return self.alert, self.element

    def document(self) -> dict[str, Any]:
        """As Alertmanager's API takes it (`POST /api/v2/alerts`)."""
        return {
            "labels": dict(self.labels),
            "annotations": {**self.annotations, "trap": self.last},
            "startsAt": _rfc3339(self.begin),
            "endsAt": _rfc3339(self.end),
        }


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class Outlet:
    """The alarms that one Alertmanager is still to be told of. `some` is set while there are any."""

    def __init__(self, alarms: Mapping[Key, Alarm]) -> None:
        self._alarms = alarms
        self._keys: dict[Key, None] = {}
        self.some = asyncio.Event()

    def add(self, key: Key) -> None:
        self._keys[key] = None
        self.some.set()

    def take(self) -> list[Alarm]:
        """All of them; those that could not be told are to be added again."""
        taken = [self._alarms[key] for key in self._keys]
        self._keys.clear()
        self.some.clear()
        return taken


class Alarms:
    """What stands by traps at this moment."""

    def __init__(self, ground: Ground, clock: Callable[[], float] = time.time) -> None:
        self._ground, self._clock = ground, clock
        self._subjects = {(alert.id, subject.id): (alert, subject) for alert, subject in ground.made}
        self._alarms: dict[Key, Alarm] = {}
        self._outlets: list[Outlet] = []
        self.elements = _by_address(ground)
        """Address → element."""
        self.lines = {
            (end.device, port_of(ground.site, end.device, line.id)): line.id
            for line in ground.site.lines.values()
            for end in line.ends
        }
        """Device and its port → the line that ends there."""

    def heard(self, trap: Trap, element: str, port: str | None = None, came: float | None = None) -> bool:
        """Take a trap that `came` for what it means; False when it means nothing for this element."""
        about = [self.lines.get((element, port))] if port is not None else []
        wanted = [name for name in (trap.raises, trap.otherwise) if name]
        for name in wanted:
            for one in (*about, element):
                if one is not None and (name, one) in self._subjects:
                    self._raise(name, one, trap, port, came)
                    return True
        return not wanted and self._clear(trap, [one for one in (*about, element) if one is not None], port)

    def _raise(self, name: str, element: str, trap: Trap, port: str | None, came: float | None) -> None:
        now, key = self._clock(), (name, element)
        alarm = self._alarms.get(key)
        if alarm is None or alarm.end <= now:
            alert, subject = self._subjects[key]
            made = rule(self._ground, alert, subject)
            labels = {"alertname": name, **{label: value for label, value in made["labels"].items() if value}}
            alarm = self._alarms[key] = Alarm(name, element, labels, made["annotations"], came or now, now)
        alarm.traps += 1
        alarm.last = trap.name if port is None else f"{trap.name} {port}"
        alarm.end = now + trap.hold_seconds
        if alarm.end - alarm.told_end > trap.hold_seconds * REFRESH:
            self._changed(alarm, came or now)

    def _clear(self, trap: Trap, elements: list[str], port: str | None) -> bool:
        now = self._clock()
        for name in trap.clears:
            for element in elements:
                alarm = self._alarms.get((name, element))
                if alarm and alarm.end > now:
                    alarm.end, alarm.last = now, trap.name if port is None else f"{trap.name} {port}"
                    self._changed(alarm, now)
        return True

    def _changed(self, alarm: Alarm, when: float) -> None:
        alarm.told_end, alarm.changed = alarm.end, when
        for outlet in self._outlets:
            outlet.add(alarm.key)

    def outlet(self) -> Outlet:
        """For one more Alertmanager, which is told of what comes from now on."""
        self._outlets.append(Outlet(self._alarms))
        return self._outlets[-1]

    def standing(self) -> Iterator[Alarm]:
        """Those that are not over."""
        now = self._clock()
        yield from (alarm for alarm in self._alarms.values() if alarm.end > now)


def _by_address(ground: Ground) -> dict[str, str]:
    """Every address of the inventory from which an element may send; what a pair shares names none."""
    shared = ("gateway", "address")
    found = (one for one in given(ground.site) if one.collection != "systems" and one.path != shared)
    return {str(one.address): one.node for one in found}
