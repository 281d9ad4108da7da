"""The score: every item, judged for every room of its scope; the worst room decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.evidence import Evidence, Looked
from audit.ground import Ground
from audit.item import ENGLISH, ORIGINS, Item, Query
from audit.kinds import attestation, configuration, drill, proof, telemetry
from audit.papers import Excuse, Waiver
from audit.shelf import Catalogue
from audit.verdict import Outcome, Reason, Verdict, not_applicable, unknown, worst
from inventory.model import Room


@dataclass(frozen=True)
class InRoom:
    room: str
    outcome: Outcome
    waiver: Waiver | None = None


@dataclass(frozen=True)
class Judged:
    item: Item
    rooms: tuple[InRoom, ...]
    outcome: Outcome
    evidence: tuple[Evidence, ...]

    def document(self) -> dict[str, Any]:
        """One row of `items` (interface: audit score)."""
        item = self.item
        return {
            "id": item.id,
            "number": item.number,
            "category": item.category.value,
            "category_en": ENGLISH[item.category],
            "class": item.class_.value,
            "title": {"ja": item.title.ja, "en": item.title.en},
            "tier3": {"ja": item.tier3.ja, "en": item.tier3.en},
            "origin": ORIGINS[item.origin],
            "mark": item.mark.value,
            "sources": list(item.sources),
            "owner": item.owner,
            "declared": item.declared,
            "verdict": self.outcome.verdict.value,
            "why": self.outcome.why.en,
            "why_ja": self.outcome.why.ja,
            "rooms": [_room(one) for one in self.rooms],
            "evidence": [one.row() for one in self.evidence],
        }


@dataclass(frozen=True)
class Assessment:
    catalogue: Catalogue
    at: str
    inventory_sha256: str
    items: tuple[Judged, ...]
    files: Mapping[str, bytes]
    """Documents that attestations are about, by their name in a bundle."""

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(judged.outcome.verdict for judged in self.items)
        return {verdict.value: found[verdict] for verdict in Verdict}

    @property
    def checked(self) -> bool:
        """False when nothing could be checked."""
        return any(judged.outcome.verdict in {Verdict.met, Verdict.unmet} for judged in self.items)

    @property
    def evidence(self) -> dict[str, Evidence]:
        """Every evidence by its hash."""
        return {one.sha256: one for judged in self.items for one in judged.evidence}

    def document(self) -> dict[str, Any]:
        """What `mroom audit score --json` prints."""
        head = self.catalogue.head
        return {
            "catalogue": head.id,
            "catalogue_sha256": self.catalogue.sha256,
            "standard": head.standard,
            "notice": {"ja": head.notice.ja, "en": head.notice.en},
            "official": head.official,
            "declared": head.declared,
            "goal": head.goal,
            **self.counts,
            "at": self.at,
            "inventory_sha256": self.inventory_sha256,
            "items": [judged.document() for judged in self.items],
        }


def _room(one: InRoom) -> dict[str, Any]:
    waiver = one.waiver
    told = None
    if waiver:
        told = {
            "id": waiver.id,
            "kind": waiver.kind.value,
            "reason": waiver.reason,
            "approver": waiver.approver,
            "until": waiver.until.isoformat(),
        }
    return {
        "room": one.room,
        "verdict": one.outcome.verdict.value,
        "why": one.outcome.why.en,
        "why_ja": one.outcome.why.ja,
        "waiver": told,
    }


def assess(ground: Ground, catalogue: Catalogue) -> Assessment:
    """Judge every item now. Raises ProofDisagrees."""
    files: dict[str, bytes] = {}
    judged = []
    for item in catalogue.items.values():
        one, more = judge(ground, item)
        judged.append(one)
        files |= more
    return Assessment(catalogue, ground.when, ground.inventory_sha256, tuple(judged), files)


def judge(ground: Ground, item: Item) -> tuple[Judged, Mapping[str, bytes]]:
    """One item, and the documents behind it."""
    rooms = ground.rooms(item.scope)
    looked = [_look(ground, item, query, rooms) for query in item.evidence]
    found = tuple(_in_room(ground, item, room, looked) for room in rooms)
    whole = worst(one.outcome for one in found) if found else _no_room(item)
    if len({one.outcome for one in found}) > 1:  # the rooms differ: the reason names those that decide
        whole = worst(_named(one) for one in found)
    evidence = {one.sha256: one for seen in looked for one in seen.evidence}
    files = {name: data for seen in looked for name, data in seen.files.items()}
    return Judged(item, found, whole, tuple(evidence.values())), files


def _no_room(item: Item) -> Outcome:
    return unknown(f"対象の室がモデルにない（{item.scope}）", f"the model has no room for it ({item.scope})")


def _named(one: InRoom) -> Outcome:
    why = one.outcome.why
    return Outcome(one.outcome.verdict, Reason(f"{one.room}: {why.ja}", f"{one.room}: {why.en}"))


def _in_room(ground: Ground, item: Item, room: Room, looked: Sequence[Looked]) -> InRoom:
    outcome = worst(seen.rooms[room.id] for seen in looked)
    waiver = ground.papers.waiver(item.id, room.id, ground.day)
    if waiver and waiver.kind is Excuse.not_applicable:
        ja = f"{waiver.reason}（{waiver.approver}、{waiver.until}まで）"
        outcome = not_applicable(ja, f"{waiver.reason} ({waiver.approver}, until {waiver.until})")
    elif waiver and outcome.verdict is Verdict.met:
        waiver = None  # there is nothing to excuse
    return InRoom(room.id, outcome, waiver)


def _look(ground: Ground, item: Item, query: Query, rooms: Sequence[Room]) -> Looked:
    part = next(iter(query.parts.values()))
    look: Any = {
        "proof": proof.look,
        "telemetry": telemetry.look,
        "drill": drill.look,
        "configuration": configuration.look,
        "attestation": attestation.look,
    }[query.kind]
    found: Looked = look(ground, item, part, rooms)
    return found
