"""Bursts of denials: one card at any doors, or any cards at one door."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.entry.facts.fact import Fact, Memory, Seen

DENIED = "denied"
"""`door TAB …` or `card TAB …` → [whether it was told, times …], the newest last."""


def burst(memory: Memory, seen: Seen, count: int, within: int) -> Iterator[Fact]:
    """Told once, and again only after `within` milliseconds without a denial."""
    told = False
    for key in (f"door\t{seen.door}", f"card\t{seen.card}" if seen.card else None):
        if key is None:
            continue
        before, *times = memory.of(DENIED).get(key, [False])
        if times and seen.at - times[-1] > within:
            before = False
        recent = [*(at for at in times if seen.at - at <= within), seen.at][-count:]
        reached = len(recent) >= count
        if reached and not before and not told:
            # both at once are one burst
            told = True
            by = key.partition("\t")[0]
            detail = {"by": by, "count": count, "first": recent[0], "card": seen.card}
            yield Fact("denied-burst", seen.door, seen.at, detail=detail)
        memory.put(DENIED, key, [before or reached, *recent])


def forget(memory: Memory, now: int, within: int) -> None:
    """Drop what can no longer be part of a burst."""
    for key, value in list(memory.of(DENIED).items()):
        if now - value[-1] > within:
            memory.drop(DENIED, key)
