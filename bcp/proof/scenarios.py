"""Minimal cut sets by trying every scenario, 64 at a time: one bit per scenario, the fixpoint over whole arrays.

A scenario is a set of elements that are out. Row by row all but the last are fixed (the prefix), and the bits of the
row are the choices of the last; one more bit, the one after the last element, is the prefix alone. Prefixes stand in
colexicographic order, so that a block of rows can leave out the words before its first prefix's last element. Each size
is a pass of its own, which reports the scenarios that fail although no part of them does.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import comb

import numpy as np

from inventory.graph import Graph

from .block import Block, Layout, Numbers, rank
from .circuit import Circuit, Words

_BLOCK_WORDS = 8192
"""Words per element and block: 64 KiB, so that what is being combined stays in the cache."""

Failed = dict[str, Words]
"""Target → one row per prefix: the scenarios in which it is down."""


def cut_sets(graph: Graph, target: str, order: int) -> list[frozenset[str]]:
    """As `bcp.proof.cut_sets`, by the bit-parallel method."""
    return all_cut_sets(graph, [target], order)[target]


def all_cut_sets(graph: Graph, targets: Iterable[str], order: int) -> dict[str, list[frozenset[str]]]:
    """Minimal cut sets of several elements at once: each scenario is worked out once for all of them."""
    if order < 0:
        raise ValueError(f"expected an order from 0, found {order}")
    circuit = Circuit(graph, targets)
    layout = Layout(circuit.candidates)
    found: dict[str, list[frozenset[str]]] = {}
    failed: Failed = {}
    for size in range(1, max(order, 1) + 1):
        fresh, failed = _pass(circuit, layout, size, failed)
        if size == 1:
            found = {target: [frozenset()] if layout.alone(failed[target])[0] else [] for target in circuit.targets}
        for target, rows in fresh.items() if order else ():
            found[target] += layout.named(rows)
    return found


def _pass(circuit: Circuit, layout: Layout, size: int, smaller: Failed) -> tuple[dict[str, Numbers], Failed]:
    """The scenarios of one size in which each target fails first, and all those in which it fails."""
    prefixes = _prefixes(layout.n, size - 1)
    failed = {target: np.zeros((len(prefixes), layout.words), np.uint64) for target in circuit.targets}
    fresh: dict[str, list[Numbers]] = {target: [np.zeros((0, size), np.int64)] for target in circuit.targets}
    row = 0
    while row < len(prefixes):
        word = int(prefixes[row, -1]) // 64 if size > 1 else 0
        block = Block(layout, prefixes[row : row + max(1, _BLOCK_WORDS // (layout.words - word))], word)
        up = circuit.evaluate(block.shape, block.take_out)
        parts = [rank(np.delete(block.prefixes, place, axis=1)) for place in range(size - 1)]
        for target in circuit.targets:
            down = failed[target][row : row + len(block.prefixes), word:]
            np.invert(up[target], out=down)
            fresh[target].append(block.first_failures(target, down, [smaller[target][part, word:] for part in parts]))
        row += len(block.prefixes)
    return {target: np.concatenate(rows) for target, rows in fresh.items()}, failed


def _prefixes(n: int, size: int) -> Numbers:
    """All sets of `size` numbers below n, in colexicographic order, one per row."""
    if size == 1:
        return np.arange(n)[:, None]
    if size == 2:  # noqa: PLR2004 the common case, without a list of tuples
        last, first = np.tril_indices(n, -1)
        return np.stack([first, last], axis=1)
    rows = [chosen[::-1] for chosen in combinations(range(n - 1, -1, -1), size)]
    return np.array(rows[::-1], dtype=np.int64).reshape(comb(n, size), size)
