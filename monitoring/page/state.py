"""Everything that the page shows, as one JSON document: `/api/state`. The page is drawn from it alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.page import systems
from monitoring.page.alarms import Alarm, Alarms
from monitoring.page.lines import Carries, carries, pair_states
from monitoring.page.marks import causes, marks, out
from monitoring.page.records import Run, Told
from monitoring.page.room import Room
from monitoring.page.samples import OVERDUE, Sample
from monitoring.page.upstream import Standing

SOURCES = ("prometheus", "alertmanager", "journal", "entry")
STALE_SECONDS = 15.0
"""What is older is no longer told as how things are, only as how they were last seen."""


@dataclass(frozen=True)
class Facts:
    """What was read, and from where. Times in seconds since 1970."""

    now: float
    standings: Mapping[str, Standing]
    samples: tuple[Sample, ...] = ()
    seen: Mapping[str, systems.Seen] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Alarms)
    told: Told | None = None
    """None where there is no journal to read."""
    inside: Mapping[str, int] | None = None

    def stale(self, source: str) -> bool:
        standing = self.standings[source]
        age = standing.age_seconds(self.now)
        return not standing.ok and (age is None or age > STALE_SECONDS)


def document(room: Room, facts: Facts, *, personal: bool) -> dict[str, Any]:
    """`personal`: with the names of people, for those who have logged in."""
    time = _Time(room.site.site.timezone)
    _, effects = room.gone(out(causes(facts.alarms.open)))
    rows = [_system(room, facts, system.id, time, *effects.get(system.id, ("safe", ()))) for system in room.systems]
    pairs = _pairs(room, facts)
    lines = carries(room.wires, facts.samples)
    marked = marks(room, facts.alarms.open, {id_: line.state for id_, line in lines.items()})
    alarms = [_alarm(room, alarm) for alarm in facts.alarms.open]
    return {
        "site": room.site.site.name,
        "title": _both(room.site.site.title),
        "time": time.text(facts.now),
        "overall": _overall(facts, rows, pairs),
        "sources": {name: _source(facts, name, time) for name in SOURCES},
        "alarms_get_through": None if facts.stale("alertmanager") else facts.alarms.dead_man,
        "targets": _targets(facts),
        "systems": rows,
        "pairs": pairs,
        "lines": _lines(room, facts, lines),
        "alarms": alarms,
        "marks": {shape: asdict(mark) for shape, mark in sorted(marked.items())},
        "changes": None if facts.told is None else _changes(room, facts.told, personal=personal),
        "freeze": None if facts.told is None else _freeze(facts.told, personal=personal),
        "drills": _drills(facts),
        "inside": None if facts.inside is None else _inside(room, facts.inside),
        "personal": personal,
    }


class _Time:
    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    def text(self, seconds: float) -> str:
        """RFC 3339 in the site's own time."""
        return dt.datetime.fromtimestamp(seconds, self._zone).isoformat(timespec="seconds")


def _both(text: Any) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def _source(facts: Facts, name: str, time: _Time) -> dict[str, Any]:
    standing = facts.standings[name]
    age = standing.age_seconds(facts.now)
    return {
        "state": "ok" if standing.ok else "away",
        "stale": facts.stale(name),
        "as_of": None if standing.good_at is None else time.text(standing.good_at),
        "age_seconds": None if age is None else round(age, 1),
        "message": standing.why,
    }


def _targets(facts: Facts) -> dict[str, int]:
    up = [one.value for one in facts.samples if one.name == "up"]
    return {"up": sum(value == 1 for value in up), "down": sum(value != 1 for value in up)}


def _system(room: Room, facts: Facts, id_: str, time: _Time, fares: str, why: tuple[str, ...]) -> dict[str, Any]:
    system = room.site.systems[id_]
    seen = facts.seen.get(id_, systems.Seen(id_, systems.UNKNOWN))
    stale = facts.stale("prometheus")
    clock = systems.clock(seen, system, facts.now)
    if why[:1] == (id_,):  # that it is out is told already; its reserve is another question
        fares, why = "safe", ()
    return {
        "id": id_,
        "name": _both(system.name),
        "neighbour": system.neighbour,
        "priority": system.priority,
        "state": systems.UNKNOWN if stale else seen.state,
        "last_state": seen.state,
        "since": None if seen.since is None else time.text(seen.since),
        "elapsed_seconds": None if clock is None else round(clock.elapsed_seconds, 1),
        "rto_seconds": system.rto_seconds,
        "example_targets": system.example_targets,
        "over": bool(clock and clock.over),
        "places": [asdict(place) for place in seen.places],
        "reserve": {"state": fares, "why": list(why)},
    }


def _pairs(room: Room, facts: Facts) -> list[dict[str, Any]]:
    stale = facts.stale("prometheus")
    known = pair_states(room.pairs, facts.samples)
    return [
        {
            "id": id_,
            "name": room.name(id_),
            "kind": wires[0].line.kind.value,
            "state": "unknown" if stale else known[id_],
            "last_state": known[id_],
            "lines": [wire.line.id for wire in wires],
        }
        for id_, wires in room.pairs.items()
    ]


def _lines(room: Room, facts: Facts, lines: Mapping[str, Carries]) -> dict[str, dict[str, Any]]:
    stale = facts.stale("prometheus")
    return {
        id_: {
            "name": _both(room.site.lines[id_].name),
            "state": "unknown" if stale else line.state,
            "last_state": line.state,
            "loss_ratio": line.loss_ratio,
        }
        for id_, line in lines.items()
    }


def _alarm(room: Room, alarm: Alarm) -> dict[str, Any]:
    name = alarm.runbook
    _, effects = room.gone([alarm.element])
    return {
        "name": alarm.name,
        "severity": alarm.severity,
        "element": alarm.element,
        "element_name": room.name(alarm.element),
        "building": alarm.building,
        "owner": alarm.owner,
        "owner_name": room.name(alarm.owner),
        "since": alarm.since,
        "summary": alarm.summary,
        "at_risk": alarm.at_risk,
        "systems": {id_: fares for id_, (fares, _) in effects.items()},
        "state": alarm.stands,
        "inhibited": alarm.stands == "inhibited",
        "inhibited_by": list(alarm.by),
        "runbook": f"/runbooks/{name}" if name else None,
    }


def _changes(room: Room, told: Told, *, personal: bool) -> list[dict[str, Any]]:
    """Without a login the section that answers for what was touched stands for the person who did it."""
    found = []
    for change in told.changes:
        owners = dict.fromkeys(owner for one in change.objects if (owner := room.owner(one)))
        row = {
            "id": change.id,
            "when": change.when,
            "objects": list(change.objects),
            "state": change.state,
            "owners": [{"id": owner, "name": room.name(owner)} for owner in owners],
        }
        found.append(row | ({"author": change.author, "approver": change.approver} if personal else {}))
    return found


def _freeze(told: Told, *, personal: bool) -> dict[str, Any]:
    """What a person typed may name people, too."""
    flag = {"frozen": told.freeze.frozen, "since": told.freeze.since}
    return flag | ({"by": told.freeze.by, "reason": told.freeze.reason} if personal else {})


def _drills(facts: Facts) -> dict[str, Any]:
    told = facts.told
    overdue = {one.labels.get("drill", "") for one in facts.samples if one.name == OVERDUE and one.value == 1}
    return {
        "known": told is not None,
        "running": [_run(run) for run in told.running] if told else [],
        "last": _run(told.last) if told and told.last else None,
        "next": None,
        "overdue": sorted(overdue),
    }


def _run(run: Run) -> dict[str, Any]:
    return asdict(run)


def _inside(room: Room, inside: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"room": id_, "name": room.name(id_), "people": number} for id_, number in sorted(inside.items())]


def _overall(facts: Facts, rows: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> str:
    """critical: people are touched or soon will be. unknown: something that would tell is away. warning. ok."""
    loud = {alarm.severity for alarm in causes(facts.alarms.open)}
    states = {row["state"] for row in rows if not row["neighbour"]}
    if "critical" in loud or "down" in states:
        return "critical"
    if facts.stale("prometheus") or facts.stale("alertmanager") or "unknown" in states or not facts.alarms.dead_man:
        return "unknown"
    shaky = any(pair["state"] != "up" for pair in pairs) or any(row["state"] == "down" for row in rows)
    return "warning" if "warning" in loud or shaky else "ok"
