"""Minimal cut sets by truncated MOCUS: bottom-up, every element once, rings until nothing changes.

An element is down when it is out or when a need of it is not met; "down" is the least set with that property, as "up"
is the greatest. So the members of a ring begin with no cut sets at all, and are worked out again until none changes.
A walk fails when its two ends are separated: its vertices are eliminated one by one, each leaving behind the edges that
go over it, and two edges between the same vertices fail together.
"""

from __future__ import annotations

from functools import lru_cache

from inventory.graph import Graph, Need, Path
from inventory.graph.scc import components

from .families import Family, always, at_least, bits, both, either, never, of


class Mocus:
    """The families of one graph up to one order; each is worked out once, whatever is asked."""

    def __init__(self, graph: Graph, order: int) -> None:
        self.graph, self.order = graph, order
        self.names = sorted(graph.elements)
        self._mask = {id_: 1 << i for i, id_ in enumerate(self.names)}
        self._down: dict[str, Family] = {}
        self._walks: dict[frozenset[str], Family] = {}

    def cut_sets(self, target: str) -> list[frozenset[str]]:
        """Minimal cut sets of one element, smaller first, then by name."""
        self.graph.known([target])
        if target not in self._down:
            self._work_out(target)
        own = self._mask[target]
        sets = [self._decode(mask) for size in self._down[target] for mask in size if not mask & own]
        return [frozenset(names) for names in sorted(sets, key=lambda names: (len(names), names))]

    def _decode(self, mask: int) -> list[str]:
        return [self.names[bit.bit_length() - 1] for bit in bits(mask)]

    def _work_out(self, target: str) -> None:
        reads = self.graph.reads
        for ring in components([target], lambda id_: [read for read in reads(id_) if read not in self._down]):
            self._down.update((id_, never(self.order)) for id_ in ring)
            turning = len(ring) > 1 or ring[0] in reads(ring[0])
            before: list[Family] = []
            while not before or (turning and before != [self._down[id_] for id_ in ring]):
                self._walks.clear()
                before = [self._down[id_] for id_ in ring]
                for id_ in ring:
                    self._down[id_] = self._element(id_)

    def _element(self, id_: str) -> Family:
        needs = [self._need(need) for need in self.graph.elements[id_].needs]
        return either([of(self._mask[id_], self.order), *needs], self.order)

    def _need(self, need: Need) -> Family:
        if isinstance(need, str):
            return self._down[need]
        if isinstance(need, Path):
            ends = frozenset((need.start, need.end))
            if ends not in self._walks:
                self._walks[ends] = self._walk(need.start, need.end)
            return self._walks[ends]
        return at_least([self._need(part) for part in need.of], len(need.of) - need.count + 1, self.order)

    def _walk(self, start: str, end: str) -> Family:
        ends = either([self._down[start], self._down[end]], self.order)
        if start == end:
            return ends
        vertices = self.graph.between(start, end)
        # An edge between two vertices cannot fail by itself; no edge between them is "always down" and is left out.
        edges = {
            a: {b: never(self.order) for b in self.graph.neighbours.get(a, ()) if b in vertices and b != a}
            for a in vertices
        }
        while len(edges) > 2:  # noqa: PLR2004 the two ends are left
            vertex = min(edges.keys() - {start, end}, key=lambda id_: (len(edges[id_]), id_))
            self._eliminate(vertex, edges)
        return either([ends, edges[start].get(end, always(self.order))], self.order)

    def _eliminate(self, vertex: str, edges: dict[str, dict[str, Family]]) -> None:
        near = edges.pop(vertex)
        for a in near:
            del edges[a][vertex]
        others = sorted(near)
        for i, a in enumerate(others):
            for b in others[i + 1 :]:
                over = either([near[a], self._down[vertex], near[b]], self.order)
                edges[a][b] = edges[b][a] = both(edges[a][b], over) if b in edges[a] else over


@lru_cache(maxsize=4)
def _mocus(graph: Graph, order: int) -> Mocus:
    return Mocus(graph, order)


def cut_sets(graph: Graph, target: str, order: int) -> list[frozenset[str]]:
    """Minimal cut sets of `target` with at most `order` elements, smaller first, then by name.

    What is down although nothing is out has one, the empty set. Raises `UnknownElement`, and `ValueError` for an order
    below 0.
    """
    if order < 0:
        raise ValueError(f"expected an order from 0, found {order}")
    return _mocus(graph, order).cut_sets(target)
