"""Who is inside, who came in behind somebody, and cards that nobody has used for long."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.entry.facts.fact import Fact, Memory, Seen

INSIDE = "inside"
"""`room TAB card` → [since, door, whether inside]; who has left stays, so that a late record is known as such."""
CARD = "card"
"""Pseudonym → [last use]."""
_DAY, _HOUR = 86_400_000, 3_600_000


def key(room: str, card: str) -> str:
    return f"{room}\t{card}"


def passed(memory: Memory, seen: Seen) -> Iterator[Fact]:
    """Keep who is inside, and tell what cannot be: a second entry without an exit, an exit without an entry.

    Either way somebody passed a door behind somebody else. Who was inside when the records began is told when leaving.
    """
    if not seen.card or seen.direction == "none":
        return
    person = key(seen.room, seen.card)
    since, _, inside = memory.of(INSIDE).get(person, (0, "", False))
    if seen.late and seen.at < since:
        return
    enters = seen.direction == "in"
    if enters == inside:
        why = "in twice without out" if enters else "out without in"
        detail = {"why": why, "card": seen.card, **({"since": since} if enters else {})}
        yield Fact("tailgating", seen.door, seen.at, detail=detail)
    memory.put(INSIDE, person, [seen.at, seen.door, enters])


def dormant(memory: Memory, seen: Seen, days: int) -> Iterator[Fact]:
    """Tell a card that was let through after more than `days` without use."""
    if not seen.card:
        return
    last = memory.of(CARD).get(seen.card)
    if last is not None and seen.at - last[0] > days * _DAY:
        detail = {"card": seen.card, "last": last[0]}
        yield Fact("dormant-card", seen.door, seen.at, detail=detail)
    if last is None or seen.at - last[0] > _HOUR:  # days are what counts: not every use is written down
        memory.put(CARD, seen.card, [seen.at])
