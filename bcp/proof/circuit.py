"""A graph as a circuit over words: every element an array with one bit per scenario, 1 when it is up there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from inventory.graph import Graph, Need, Path
from inventory.graph.scc import components

Words = NDArray[np.uint64]
TakeOut = Callable[[str, Words], None]
"""Clears the bits of the scenarios in which an element is out."""


class Circuit:
    """What the targets depend on, in an order in which everything comes after what it reads."""

    def __init__(self, graph: Graph, targets: Iterable[str]) -> None:
        self.graph = graph
        self.targets = list(dict.fromkeys(graph.known(targets)))
        self.rings = list(components(self.targets, graph.reads))
        self._spreads: dict[Path, list[tuple[str, list[str]]]] = {}
        read = {id_ for ring in self.rings for element in ring for id_ in graph.reads(element)}
        self.candidates = sorted(read)
        """The elements whose loss can matter to a target other than themselves, by name."""

    def evaluate(self, shape: tuple[int, int], take_out: TakeOut) -> dict[str, Words]:
        """Up bits of every element in scenarios of the given shape."""
        up: dict[str, Words] = {}
        for ring in self.rings:
            if len(ring) == 1 and ring[0] not in self.graph.reads(ring[0]):
                up[ring[0]] = self._element(ring[0], up, shape, take_out)
            else:
                self._settle(ring, up, shape, take_out)
        return up

    def _settle(self, ring: Sequence[str], up: dict[str, Words], shape: tuple[int, int], take_out: TakeOut) -> None:
        """The members of a ring hold each other up until proven otherwise: from all up, until none changes."""
        up.update((id_, _ones(shape)) for id_ in ring)
        changed = True
        while changed:
            changed = False
            for id_ in ring:
                now = self._element(id_, up, shape, take_out)
                changed = changed or not np.array_equal(now, up[id_])
                up[id_] = now

    def _element(self, id_: str, up: dict[str, Words], shape: tuple[int, int], take_out: TakeOut) -> Words:
        needs = [self._need(need, up, shape) for need in self.graph.elements[id_].needs]
        words = _ones(shape) if not needs else needs[0].copy() if len(needs) == 1 else reduce(np.bitwise_and, needs)
        take_out(id_, words)
        return words

    def _need(self, need: Need, up: dict[str, Words], shape: tuple[int, int]) -> Words:
        if isinstance(need, str):
            return up[need]
        if isinstance(need, Path):
            return self._walk(need, up)
        return _at_least(need.count, [self._need(part, up, shape) for part in need.of], shape)

    def _walk(self, path: Path, up: dict[str, Words]) -> Words:
        """Bits of the scenarios in which the end is reached: sweeps to and fro until one adds nothing."""
        if path not in self._spreads:
            self._spreads[path] = self._spread(path)
        others = self._spreads[path]
        reached = {id_: np.zeros_like(up[id_]) for id_, _ in others}
        reached.setdefault(path.end, np.zeros_like(up[path.end]))
        reached[path.start] = up[path.start]
        changed = bool(others)
        while changed:
            changed = False
            for id_, near in others:
                words = reduce(np.bitwise_or, (reached[other] for other in near)) & up[id_]
                changed = changed or not np.array_equal(words, reached[id_])
                reached[id_] = words
            others = others[::-1]
        return reached[path.end]

    def _spread(self, path: Path) -> list[tuple[str, list[str]]]:
        """The vertices that a walk can need but its start, nearest first, each with its neighbours among them."""
        vertices = self.graph.between(path.start, path.end)
        near = {id_: [other for other in self.graph.neighbours.get(id_, ()) if other in vertices] for id_ in vertices}
        order = [path.start]
        for id_ in order:
            order += [other for other in near[id_] if other not in order]
        return [(id_, near[id_]) for id_ in order[1:]]


def _ones(shape: tuple[int, int]) -> Words:
    return np.full(shape, ~np.uint64(0))


def _at_least(count: int, inputs: Sequence[Words], shape: tuple[int, int]) -> Words:
    """Bits of the scenarios in which at least `count` of the inputs are up."""
    if count <= 0:
        return _ones(shape)
    if count > len(inputs):
        return np.zeros(shape, dtype=np.uint64)
    if count == 1 or count == len(inputs):
        return reduce(np.bitwise_or if count == 1 else np.bitwise_and, inputs)
    found = [_ones(shape)] + [np.zeros(shape, dtype=np.uint64) for _ in range(count)]
    for i, words in enumerate(inputs):
        for j in range(min(count, i + 1), 0, -1):
            found[j] |= found[j - 1] & words
    return found[count]
