"""Model proof: a check of audit/proofs, run now over the inventory in force."""

from __future__ import annotations

from collections.abc import Sequence

from audit import proofs
from audit.evidence import Evidence, Looked
from audit.ground import Ground
from audit.item import Item, Proof
from inventory.model import Room


def look(ground: Ground, item: Item, query: Proof, rooms: Sequence[Room]) -> Looked:
    """Run the check for each room; the evidence names the inventory by its hash."""
    check = proofs.checks()[query.check]
    answers = {room.id: check(ground, room, query.settings) for room in rooms}
    document = {
        "check": query.check,
        "settings": query.settings,
        "inventory_sha256": ground.inventory_sha256,
        "rooms": {
            id_: {"verdict": answer.outcome.verdict, "facts": dict(answer.facts)} for id_, answer in answers.items()
        },
    }
    evidence = Evidence(f"{item.id}-{query.check}", "proof", ground.when, document)
    return Looked({id_: answer.outcome for id_, answer in answers.items()}, (evidence,))
