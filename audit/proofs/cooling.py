"""Cooling: whether enough units run, whatever single thing is out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audit.proofs import Answer, check
from audit.proofs.removal import one_at_a_time
from audit.verdict import met, unmet
from inventory.graph.facility import cooling

if TYPE_CHECKING:
    from audit.ground import Ground
    from inventory.model import Room

Settings = Mapping[str, float]
NONE = Answer(unmet("室に空調の定めがない", "the room has no cooling of its own in the model"))
POWER = frozenset({"utility", "generator", "ats", "ups", "pdu"})


@check("one-cooler-out")
def one_cooler_out(ground: Ground, room: Room, _: Settings) -> Answer:
    """Each cooling unit out alone leaves enough of them running."""
    if room.cooling is None:
        return NONE
    return one_at_a_time(ground, room.cooling.of, [cooling(room)], ("空調機", "cooling units"))


def _power(ground: Ground, room: Room) -> list[str]:
    closure = ground.graph.closure([cooling(room)])
    return [id_ for id_ in closure if ground.graph.elements[id_].kind in POWER]


@check("cooling-path")
def cooling_path(ground: Ground, room: Room, _: Settings) -> Answer:
    """Each component that feeds the cooling out alone leaves the room cool enough."""
    if room.cooling is None:
        return NONE
    return one_at_a_time(ground, _power(ground, room), [cooling(room)], ("空調の給電設備", "components that feed it"))


@check("cooling-on-generator")
def cooling_on_generator(ground: Ground, room: Room, _: Settings) -> Answer:
    """With commercial power out, enough cooling units run."""
    if room.cooling is None:
        return NONE
    intakes = sorted(id_ for id_ in _power(ground, room) if id_ in ground.site.utilities)
    lost = ground.lost(intakes, [cooling(room)])
    facts = {"out": intakes, "lost": lost}
    if not intakes or lost or cooling(room) not in ground.up():
        return Answer(unmet("停電で冷却が足りなくなる", "not cool enough without commercial power"), facts)
    told = ", ".join(intakes)
    return Answer(met(f"{told} を失っても冷却が足りる", f"cool enough with {told} out"), facts)
