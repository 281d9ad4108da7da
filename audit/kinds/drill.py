"""Drill record: the newest run of a drill in the journal. Not only whether it was met: also how old that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audit.evidence import Evidence, Looked
from audit.ground import Ground, age_days
from audit.item import Drill, Item, Where
from audit.verdict import Outcome, edited, met, unknown, unmet, worst
from inventory.model import Room
from journal import Entry
from journal.drills import ENDED


def look(ground: Ground, _item: Item, query: Drill, rooms: Sequence[Room]) -> Looked:
    """Judge the newest run of each drill of the query, for each room."""
    if ground.edited:
        return Looked({room.id: edited(ground.edited) for room in rooms})
    used: dict[str, Entry] = {}
    outcomes = {}
    for room in rooms:
        found = []
        for drill in query.all_of:
            entry = _newest(ground, drill, room if query.where is Where.building else None)
            if entry:
                used[entry.hash] = entry
            found.append(_judge(ground, drill, entry, query.within_days))
        outcomes[room.id] = worst(found)
    return Looked(outcomes, tuple(evidence(entry) for entry in used.values()))


def evidence(entry: Entry) -> Evidence:
    """A run as evidence: its record, and where in the journal it stands."""
    body = entry.body
    document = {"sequence": entry.sequence, "hash": entry.hash, "record": body}
    return Evidence(f"drill-{body['run']}", "drill", body["ended"], document)


def _runs(ground: Ground, drill: str) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """The runs that ended, the newest first."""
    for entry in reversed(ground.entries):
        if entry.kind == ENDED:
            body = entry.body
            if body["drill"] == drill:
                yield entry, body


def _newest(ground: Ground, drill: str, room: Room | None) -> Entry | None:
    for entry, body in _runs(ground, drill):
        if room is None or ground.building_of(body["element"]) == room.building:
            return entry
    return None


def _judge(ground: Ground, drill: str, entry: Entry | None, within_days: float) -> Outcome:
    if entry is None:
        return unknown(f"訓練 {drill} の記録がない", f"there is no record of the drill {drill}")
    body = entry.body
    age = age_days(body["ended"], ground.at)
    ja, en = f"訓練 {drill}（{body['run']}、{age:.0f}日前）", f"drill {drill} ({body['run']}, {age:.0f} days ago)"
    if age > within_days:
        return unknown(f"{ja}は{within_days:g}日より古い", f"{en} is older than {within_days:g} days")
    if not body["restored"]:
        return unmet(f"{ja}は復元されていない", f"{en} was not restored")
    if body["verdict"] == "met":
        return met(f"{ja}は目標を満たした", f"{en} met its target")
    if body["verdict"] == "missed":
        return unmet(f"{ja}は目標を満たさなかった", f"{en} missed its target")
    return unknown(f"{ja}の判定は不明", f"{en} proved nothing")
