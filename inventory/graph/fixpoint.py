"""The greatest set of elements that can be up together, counted instead of searched.

Everything that can fall is a gate: the elements first, then each `any k of` inside their needs, then each walk. A gate
has so much slack: how many of its inputs may fall before it does. What falls is worked off a stack, so the cost is that
of the damage and not of the site; the walks are looked at when the stack is empty, and again as long as one fell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .need import Need, Path


class Gates:
    """The gates of one graph; `up` answers for any set of elements that are out."""

    def __init__(self, needs: Mapping[str, Sequence[Need]], neighbours: Mapping[str, Sequence[str]]) -> None:
        self.number = {id_: i for i, id_ in enumerate(needs)}
        self._slack = [0] * len(needs)
        self._readers: list[list[int]] = [[] for _ in needs]
        self._walks: dict[tuple[int, int], int] = {}
        self._lost: list[int] = []
        for id_, wanted in needs.items():
            for need in wanted:
                self._readers[self._input(need)].append(self.number[id_])
        self._near = {self.number[a]: [self.number[b] for b in near] for a, near in neighbours.items()}
        # What never is up although nothing is out: the same for every question.
        self._lost = [gate for gate, alive in enumerate(self._settle(self._lost)) if not alive]

    def _input(self, need: Need) -> int:
        if isinstance(need, str):
            return self.number[need]
        if isinstance(need, Path):
            ends = (self.number[need.start], self.number[need.end])
            if ends not in self._walks:
                self._walks[ends] = self._new(0)
            return self._walks[ends]
        gate = self._new(len(need.of) - need.count)
        for part in need.of:
            self._readers[self._input(part)].append(gate)
        return gate

    def _new(self, slack: int) -> int:
        self._slack.append(slack)
        self._readers.append([])
        if slack < 0:
            self._lost.append(len(self._slack) - 1)
        return len(self._slack) - 1

    def up(self, out: Iterable[int]) -> bytearray:
        """One byte per element: 1 when it is up although `out` is."""
        return self._settle([*self._lost, *out])[: len(self.number)]

    def _settle(self, fallen: Iterable[int]) -> bytearray:
        alive = bytearray(b"\x01") * len(self._slack)
        slack, readers = self._slack.copy(), self._readers
        stack = list(set(fallen))
        for gate in stack:
            alive[gate] = 0
        while True:
            while stack:
                for reader in readers[stack.pop()]:
                    if not alive[reader]:
                        continue
                    if slack[reader]:
                        slack[reader] -= 1
                    else:
                        alive[reader] = 0
                        stack.append(reader)
            self._cut_walks(alive, stack)
            if not stack:
                return alive

    def _cut_walks(self, alive: bytearray, stack: list[int]) -> None:
        if not self._walks:
            return
        piece = self._pieces(alive)
        for (start, end), gate in self._walks.items():
            if alive[gate] and (piece[start] != piece[end] or not alive[start]):
                alive[gate] = 0
                stack.append(gate)

    def _pieces(self, alive: bytearray) -> list[int]:
        """As `walk.pieces`, on numbers; what is not alive is a piece of its own."""
        piece = list(range(len(self.number)))
        seen = bytearray(len(piece))
        for first in self._near:
            if seen[first] or not alive[first]:
                continue
            seen[first] = 1
            stack = [first]
            while stack:
                for other in self._near[stack.pop()]:
                    if alive[other] and not seen[other]:
                        seen[other] = 1
                        piece[other] = first
                        stack.append(other)
        return piece
