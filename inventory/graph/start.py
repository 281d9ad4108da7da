"""Starting from cold: the least set, in the rounds in which its elements come up, and the rings that never do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from .need import AtLeast, Need, Path, met
from .scc import components
from .walk import pieces

Needs = Mapping[str, Sequence[Need]]
After = Mapping[str, Collection[str]]


def joined_in(neighbours: Mapping[str, Sequence[str]], up: Collection[str]) -> Callable[[str, str], bool]:
    """Whether a walk inside `up` joins two elements."""
    piece = pieces(neighbours, up)
    return lambda start, end: start in piece and piece[start] == piece.get(end)


def rounds(
    needs: Needs, neighbours: Mapping[str, Sequence[str]], out: Collection[str], after: After
) -> list[list[str]]:
    """Elements that may start together, first round first: each needs only what earlier rounds started.

    `after` holds an element back although it could start: until those that it names are up, or nothing else starts.
    """
    started: set[str] = set()
    waiting = [id_ for id_ in needs if id_ not in out]
    found: list[list[str]] = []
    while True:
        joined = joined_in(neighbours, started)
        ready = [id_ for id_ in waiting if all(met(need, started, joined) for need in needs[id_])]
        first = [id_ for id_ in ready if started.issuperset(after.get(id_, ()))]
        if not ready:
            return found
        found.append(first or ready)
        started.update(found[-1])
        waiting = [id_ for id_ in waiting if id_ not in started]


def rings(
    needs: Needs,
    neighbours: Mapping[str, Sequence[str]],
    up: Collection[str],
    started: Collection[str],
    between: Callable[[str, str], Iterable[str]],
) -> list[list[str]]:
    """Groups that stay up together but cannot start: each waits for another one of its group."""
    joined = joined_in(neighbours, started)

    def missing(need: Need) -> Iterable[str]:
        if met(need, started, joined):
            return
        if isinstance(need, AtLeast):
            for part in need.of:
                yield from missing(part)
        else:
            yield from (between(need.start, need.end) if isinstance(need, Path) else (need,))

    def waits_for(id_: str) -> list[str]:
        stuck = {name for need in needs[id_] for name in missing(need) if name in up and name not in started}
        return [other for other in needs if other in stuck]

    found = components((id_ for id_ in needs if id_ in up and id_ not in started), waits_for)
    return sorted(sorted(ring) for ring in found if len(ring) > 1 or ring[0] in waits_for(ring[0]))
