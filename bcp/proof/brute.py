"""The oracle: the definition of a cut set, tried out on every set of elements. For small graphs and for tests."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from inventory.graph import Graph
from inventory.graph.need import met
from inventory.graph.start import joined_in


def is_up(graph: Graph, target: str, out: Collection[str]) -> bool:
    """Whether `target` is in the greatest set: begin with all that is not out, drop what lacks a need, until stable."""
    up = dict.fromkeys(id_ for id_ in graph.elements if id_ not in out)
    while True:
        joined = joined_in(graph.neighbours, up)
        fallen = [id_ for id_ in up if not all(met(need, up, joined) for need in graph.elements[id_].needs)]
        if not fallen:
            return target in up
        for id_ in fallen:
            del up[id_]


def brute_force(graph: Graph, target: str, order: int) -> list[frozenset[str]]:
    """As `cut_sets`, by trying every set of at most `order` elements other than `target`."""
    if order < 0:
        raise ValueError(f"expected an order from 0, found {order}")
    graph.known([target])
    others = sorted(id_ for id_ in graph.elements if id_ != target)
    found: list[frozenset[str]] = []
    for size in range(order + 1):
        for names in combinations(others, size):
            out = frozenset(names)
            if not any(cut <= out for cut in found) and not is_up(graph, target, out):
                found.append(out)
    return found
