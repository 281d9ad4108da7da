"""A block of scenarios: which bits stand for which elements, and which failures in it are the first of their kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import NDArray

from .circuit import Words

Numbers = NDArray[np.int64]


class Layout:
    """Bit i of a row stands for element i as the last one that is out, bit n for no further element."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.number = {id_: i for i, id_ in enumerate(names)}
        self.n = len(names)
        self.words = self.n // 64 + 1
        self.bit = np.uint64(1) << (np.arange(self.n + 1, dtype=np.uint64) % np.uint64(64))
        from_ = np.arange(self.n + 1)[:, None] <= np.arange(self.words * 64)[None, :]
        from_[:, self.n :] = False
        self.from_ = np.packbits(from_, axis=1, bitorder="little").view("<u8")
        """Row i: the bits of the elements from i on."""

    def alone(self, rows: Words) -> NDArray[np.bool_]:
        """For each row, whether its bit n is set: what holds for the prefix alone."""
        found: NDArray[np.bool_] = rows[:, -1] & self.bit[self.n] != 0
        return found

    def named(self, rows: Numbers) -> list[frozenset[str]]:
        """The sets of elements that rows of numbers stand for, ordered by name."""
        ordered = rows[np.lexsort(rows.T[::-1])]
        return [frozenset(self.names[i] for i in row) for row in ordered.tolist()]


@dataclass(frozen=True)
class Block:
    """Some prefixes of one pass; its arrays begin at `word`, since no earlier bit is of interest to any of them."""

    layout: Layout
    prefixes: Numbers
    word: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.prefixes), self.layout.words - self.word

    @cached_property
    def _rows_with(self) -> NDArray[np.bool_]:
        """Element → the rows that have it in their prefix."""
        rows = np.zeros((self.layout.n, len(self.prefixes)), dtype=np.bool_)
        for column in self.prefixes.T:
            rows[column, np.arange(len(self.prefixes))] = True
        return rows

    def take_out(self, id_: str, up: Words) -> None:
        """Clear the scenarios that have the element out."""
        number = self.layout.number.get(id_)
        if number is None:
            return
        up[self._rows_with[number]] = 0
        if number // 64 >= self.word:
            up[:, number // 64 - self.word] &= ~self.layout.bit[number]

    def first_failures(self, target: str, down: Words, parts: Sequence[Words]) -> Numbers:
        """The scenarios of `down` of which no part fails, as rows of element numbers.

        `parts` hold what fails when one element of the prefix is left out; the prefix itself is a part as well. A
        scenario counts only with its last element behind the prefix, and without the target itself.
        """
        last = self.prefixes[:, -1] + 1 if self.prefixes.shape[1] else np.zeros(1, dtype=np.int64)
        fresh = down & self.layout.from_[last, self.word :]
        for part in parts:
            fresh &= ~part
        fresh[self.layout.alone(down)] = 0
        self.take_out(target, fresh)
        row, word = np.nonzero(fresh)
        chosen, bit = np.nonzero(np.unpackbits(fresh[row, word][:, None].view(np.uint8), axis=1, bitorder="little"))
        final = (word[chosen] + self.word) * 64 + bit
        return np.concatenate([self.prefixes[row[chosen]], final[:, None]], axis=1)


def rank(prefixes: Numbers) -> Numbers:
    """The places of prefixes among all of their size, in colexicographic order."""
    found = np.zeros(len(prefixes), dtype=np.int64)
    for place, column in enumerate(prefixes.T):
        below = np.array([comb(i, place + 1) for i in range(int(column.max(initial=0)) + 1)], dtype=np.int64)
        found += below[column]
    return found
