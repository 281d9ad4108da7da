"""What is marked in the pictures: the cause, what only follows from it, and known work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory import place
from monitoring.alerts import catalogue
from monitoring.page.alarms import Alarm
from monitoring.page.room import DRAWN, Room

CAUSE, WORK, FOLLOWS = "cause", "work", "follows"
"""The strongest first."""
LOUD = ("critical", "warning")
"""Severities that mark something; what is only to be known is in the list alone."""


@dataclass(frozen=True)
class Mark:
    kind: str
    severity: str
    alarms: tuple[str, ...]
    """Names of the alarms behind it; none for what goes down by the graph alone."""


def causes(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The alarms that nothing explains, of those that somebody must act upon."""
    return [one for one in alarms if one.stands == "active" and one.severity in LOUD]


def out(alarms: Iterable[Alarm]) -> tuple[str, ...]:
    """The elements that do not serve, by these alarms."""
    known = {alert.id for alert in catalogue.load() if alert.out}
    return tuple(sorted({one.element for one in alarms if one.name in known and one.stands != "silenced"}))


def marks(room: Room, alarms: Iterable[Alarm], lines: Mapping[str, str]) -> dict[str, Mark]:
    """Shape → its mark. `lines`: line → how it stands."""
    rows = list(alarms)
    found: dict[str, Mark] = {}
    for kind, some in (
        (CAUSE, causes(rows)),
        (WORK, [one for one in rows if one.stands == "silenced" and one.severity in LOUD]),
        (FOLLOWS, [one for one in rows if one.stands == "inhibited" and one.severity in LOUD]),
    ):
        for alarm in some:
            for shape in _shapes(room, alarm.element, kind, lines):
                before = found.get(shape)
                if before is None:
                    found[shape] = Mark(kind, alarm.severity, (alarm.name,))
                elif before.kind == kind:
                    found[shape] = Mark(kind, before.severity, (*before.alarms, alarm.name))
    lost, _ = room.gone(out(causes(rows)))
    for id_ in lost:
        element = place.find(room.site, id_)
        if element and element[0] in DRAWN:
            for shape in room.shapes(id_):
                found.setdefault(shape, Mark(FOLLOWS, "warning", ()))
    return found


def _shapes(room: Room, element: str, kind: str, lines: Mapping[str, str]) -> tuple[str, ...]:
    """Of a pair the line that is the matter; both where each is up by itself and the pair is the cause all the same."""
    shapes = room.shapes(element)
    if element not in room.pairs:
        return shapes
    bad = tuple(shape for shape in shapes if lines.get(shape) not in {"up", "unknown"})
    return bad if bad or kind != CAUSE else shapes
