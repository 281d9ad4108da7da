"""What the contacts of doors say: forced open, held open."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.entry.facts.fact import Fact, Memory, Seen

OPEN = "open"
"""Door → [since, whether it was told that it is held]."""
PASSABLE = "passable"
"""Door → [when somebody was last let through]."""
FORCED = "forced"
"""Door → [since]: it was told that it was forced, and it is not closed yet."""


def let_through(memory: Memory, seen: Seen) -> None:
    """A card was granted, or the exit button pressed: the door may open."""
    memory.put(PASSABLE, seen.door, [seen.at])


def contact(memory: Memory, seen: Seen, forced_ms: int, held_ms: int) -> Iterator[Fact]:
    """opened, closed, forced, held."""
    if seen.result == "closed":
        yield from _closed(memory, seen, held_ms)
        return
    known = memory.of(OPEN).get(seen.door)
    if known is None:
        known = [seen.at, False]
        memory.put(OPEN, seen.door, known)
    forced = seen.result == "forced" or (seen.result == "opened" and not _passable(memory, seen, forced_ms))
    if forced and seen.door not in memory.of(FORCED):
        memory.put(FORCED, seen.door, [seen.at])
        why = "the controller says so" if seen.result == "forced" else "opened without a grant"
        yield Fact("forced", seen.door, seen.at, lasts=True, detail={"why": why})
    if seen.result == "held" and not known[1]:
        memory.put(OPEN, seen.door, [known[0], True])
        yield Fact("held-open", seen.door, seen.at, lasts=True, detail={"since": known[0]})


def _passable(memory: Memory, seen: Seen, within: int) -> bool:
    granted = memory.of(PASSABLE).get(seen.door)
    return granted is not None and seen.at - granted[0] <= within


def _closed(memory: Memory, seen: Seen, held_ms: int) -> Iterator[Fact]:
    known = memory.of(OPEN).get(seen.door)
    if known is not None:
        since, told = known
        if not told and seen.at - since > held_ms:
            yield Fact("held-open", seen.door, since + held_ms, lasts=True, detail={"since": since})
            told = True
        if told:
            yield Fact("held-open", seen.door, seen.at, lasts=True, ended=True)
        memory.drop(OPEN, seen.door)
    if seen.door in memory.of(FORCED):
        memory.drop(FORCED, seen.door)
        yield Fact("forced", seen.door, seen.at, lasts=True, ended=True)


def overdue(memory: Memory, now: int, held_ms: int) -> Iterator[Fact]:
    """Doors that stand open too long at this moment; to be asked when no event is waiting."""
    for door, (since, told) in list(memory.of(OPEN).items()):
        if not told and now - since > held_ms:
            memory.put(OPEN, door, [since, True])
            yield Fact("held-open", door, since + held_ms, lasts=True, detail={"since": since})
