"""Strongly connected components: the rings of a graph, each after all that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def components(roots: Iterable[str], reads: Callable[[str], Iterable[str]]) -> Iterator[list[str]]:
    """Components of all that the roots depend on, dependencies first (Tarjan 1972, with its own stack)."""
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    for root in roots:
        if root in found:
            continue
        found[root] = low[root] = len(found)
        open_[root] = None
        trail = [(root, iter(reads(root)))]
        while trail:
            element, rest = trail[-1]
            for other in rest:
                if other not in found:
                    found[other] = low[other] = len(found)
                    open_[other] = None
                    trail.append((other, iter(reads(other))))
                    break
                if other in open_:
                    low[element] = min(low[element], found[other])
            else:
                trail.pop()
                if trail:
                    low[trail[-1][0]] = min(low[trail[-1][0]], low[element])
                if low[element] == found[element]:
                    yield _closed(open_, element)


def _closed(open_: dict[str, None], first: str) -> list[str]:
    members: list[str] = []
    while not members or members[-1] != first:
        members.append(open_.popitem()[0])
    return members[::-1]
