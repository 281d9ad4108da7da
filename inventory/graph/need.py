"""What an element needs: another element, so many of several needs, or a walk between two elements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class AtLeast:
    """`{any: count, of: […]}`: met when at least `count` of the needs are: 0 always, more than there are never."""

    count: int
    of: tuple[Need, ...]


@dataclass(frozen=True)
class Path:
    """`{path: [start, end]}`: met when both ends and every element of some walk over the links between them are up."""

    start: str
    end: str


Need: TypeAlias = "str | AtLeast | Path"

NEVER = AtLeast(1, ())
"""A need that nothing meets."""


def every(*needs: Need) -> Need:
    """All of the needs as one."""
    return needs[0] if len(needs) == 1 else AtLeast(len(needs), needs)


def some(*needs: Need) -> Need:
    """Any one of the needs as one; `NEVER` when there are none."""
    return needs[0] if len(needs) == 1 else AtLeast(1, needs)


def met(need: Need, up: Collection[str], joined: Callable[[str, str], bool]) -> bool:
    """The definition of a met need, word for word. `joined` tells whether a walk inside `up` joins two."""
    if isinstance(need, str):
        return need in up
    if isinstance(need, Path):
        return joined(need.start, need.end)
    return sum(met(part, up, joined) for part in need.of) >= need.count


def parts(need: Need) -> Iterator[str | Path]:
    """The names and walks that a need is made of."""
    if isinstance(need, AtLeast):
        for part in need.of:
            yield from parts(part)
    else:
        yield need


def names(need: Need) -> Iterator[str]:
    """Every element that a need names, the ends of its walks included."""
    for part in parts(need):
        if isinstance(part, str):
            yield part
        else:
            yield from (part.start, part.end)


def plain(need: Need) -> object:
    """A need in the notation of `Graph.from_dict`."""
    if isinstance(need, str):
        return need
    if isinstance(need, Path):
        return {"path": [need.start, need.end]}
    return {"any": need.count, "of": [plain(part) for part in need.of]}
