"""Walks over the undirected links: which vertices hang together, and which can lie between two of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

Neighbours = Mapping[str, Sequence[str]]


def pieces(neighbours: Neighbours, up: Collection[str]) -> dict[str, int]:
    """Vertex in `up` → number of the connected piece of `up` that it lies in; a vertex without links is its own."""
    piece: dict[str, int] = {}
    for number, first in enumerate(up):
        if first in piece:
            continue
        piece[first] = number
        stack = [first]
        while stack:
            for near in neighbours.get(stack.pop(), ()):
                if near not in piece and near in up:
                    piece[near] = number
                    stack.append(near)
    return piece


def between(neighbours: Neighbours, start: str, end: str) -> frozenset[str]:
    """The vertices of all simple paths from `start` to `end`, both included: no other can ever matter to that walk.

    They are the biconnected block that the edge start-end would belong to if it existed (Hopcroft and Tarjan 1973).
    The search begins with that edge, so when it comes back to `start` the block is what lies on the stack.
    """
    if start == end:
        return frozenset({start})
    found = {start: 0, end: 1}
    low = {start: 0, end: 0}
    stack = [end]
    trail = [(start, end, iter(neighbours.get(end, ())))]
    while trail:
        parent, vertex, rest = trail[-1]
        for near in rest:
            if near not in found:
                found[near] = low[near] = len(found)
                stack.append(near)
                trail.append((vertex, near, iter(neighbours[near])))
                break
            low[vertex] = min(low[vertex], found[near]) if near != parent else low[vertex]
        else:
            trail.pop()
            low[parent] = min(low[parent], low[vertex])
            if low[vertex] >= found[parent] and parent != start:
                while stack.pop() != vertex:
                    pass
    return frozenset({start, *stack})
