"""Take elements out of the graph, one at a time, and see what is lost (Uptime Tier III's question, U-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from audit.ground import names
from audit.proofs import Answer
from audit.verdict import Outcome, met, unknown, unmet

if TYPE_CHECKING:
    from audit.ground import Ground


def one_at_a_time(ground: Ground, elements: Iterable[str], watched: Collection[str], what: tuple[str, str]) -> Answer:
    """Each element out alone, and which of `watched` it takes away. `what`: the elements in Japanese and English."""
    examined = sorted(elements)
    loses = {id_: lost for id_ in examined if (lost := ground.lost([id_], watched))}
    facts = {"examined": examined, "watched": sorted(watched), "loses": loses}
    ja, en = what
    down = sorted(set(watched) - ground.up())
    outcome: Outcome
    if not examined or not watched:
        outcome = unknown(f"{ja}がモデルにない", f"the model has no {en} to look at")
    elif down:
        outcome = unmet(f"何も止めなくても動かない: {names(down)}", f"not up although nothing is out: {names(down)}")
    elif loses:
        first = next(iter(loses))
        outcome = unmet(
            f"{ja} {len(loses)}個は止めると失われる: {names(loses)}（{first} → {names(loses[first])}）",
            f"{len(loses)} {en} cannot be out alone: {names(loses)} ({first} loses {names(loses[first])})",
        )
    else:
        outcome = met(
            f"{ja} {len(examined)}個のどの一つを止めても{len(watched)}個すべてが動く",
            f"each of {len(examined)} {en} can be out alone: all {len(watched)} that depend on them stay up",
        )
    return Answer(outcome, facts)
