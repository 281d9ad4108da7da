"""Configuration check: the newest result of a testinfra suite in the journal, as audit/recording.py keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.evidence import Evidence, Looked
from audit.ground import Ground, age_days, names
from audit.item import Configuration, Item
from audit.recording import KIND
from audit.verdict import Outcome, edited, met, not_applicable, unknown, unmet
from inventory.model import Room
from journal import Entry


def look(ground: Ground, _item: Item, query: Configuration, rooms: Sequence[Room]) -> Looked:
    """Every machine of a room must have been tested, by the newest run of the suite, against this inventory."""
    if ground.edited:
        return Looked({room.id: edited(ground.edited) for room in rooms})
    runs = [entry for entry in ground.entries if entry.kind == KIND and entry.body["suite"] == query.suite]
    if not runs:
        ja, en = f"検査 {query.suite} の結果がない", f"the suite {query.suite} has no result in the journal"
        return Looked({room.id: unknown(ja, en) for room in rooms})
    entry = runs[-1]
    document = {"sequence": entry.sequence, "hash": entry.hash, "result": entry.body}
    evidence = Evidence(f"configuration-{entry.sequence}", "configuration", entry.time, document)
    return Looked({room.id: _room(ground, query, entry, room) for room in rooms}, (evidence,))


def _room(ground: Ground, query: Configuration, entry: Entry, room: Room) -> Outcome:
    body, age = entry.body, age_days(entry.time, ground.at)
    machines = [machine.id for machine in ground.machines(room.id)]
    if not machines:
        return not_applicable("室に機器がない", "no machine stands in the room")
    ja, en = f"検査 {query.suite}（{age:.0f}日前）", f"suite {query.suite} ({age:.0f} days ago)"
    if age > query.within_days:
        return unknown(f"{ja}は{query.within_days:g}日より古い", f"{en} is older than {query.within_days:g} days")
    if body["inventory_sha256"] != ground.inventory_sha256:
        return unknown(f"{ja}は別の版のインベントリに対するもの", f"{en} was run against another inventory")
    return _results(body["results"], machines, ja, en)


def _results(results: Sequence[Mapping[str, Any]], machines: Sequence[str], ja: str, en: str) -> Outcome:
    outcomes: dict[str, set[str]] = {id_: set() for id_ in machines}
    for result in results:
        if result["element"] in outcomes:
            outcomes[result["element"]].add(result["outcome"])
    failed = [id_ for id_, found in outcomes.items() if "failed" in found]
    missing = [id_ for id_, found in outcomes.items() if "passed" not in found or "skipped" in found]
    if failed:
        return unmet(f"{ja}: 不合格 {names(failed)}", f"{en}: failed on {names(failed)}")
    if missing:
        return unknown(f"{ja}: 検査されていない {names(missing)}", f"{en}: not tested {names(missing)}")
    return met(f"{ja}: {len(machines)}台すべて合格", f"{en}: all {len(machines)} machines passed")
