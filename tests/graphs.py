"""Random small graphs: AND, k-of-n, nested, walks, rings and self-loops, all of them at once."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from inventory.graph import Graph

MOST = 8


def _needs(names: list[str]) -> st.SearchStrategy[Any]:
    name = st.sampled_from(names)
    path = st.lists(name, min_size=2, max_size=2).map(lambda ends: {"path": ends})
    # `count` from 0 to one more than there are: always met, and never.
    part = st.recursive(
        st.one_of(name, name, path),
        lambda part: st.one_of(
            st.lists(part, max_size=3).flatmap(
                lambda of: st.integers(0, len(of) + 1).map(lambda count: {"any": count, "of": of})
            ),
            st.lists(part, max_size=3).map(lambda of: {"all": of}),
        ),
        max_leaves=4,
    )
    redundant = st.tuples(st.integers(1, 2), st.lists(part, min_size=2, max_size=4))
    return st.one_of(redundant.map(lambda group: {"any": group[0], "of": group[1]}), part)


@st.composite
def graphs(draw: st.DrawFn, most: int = MOST) -> Graph:
    """A graph of 1 to `most` elements that may need and be linked to anything, themselves included."""
    names = [f"e{i}" for i in range(draw(st.integers(1, most)))]
    elements = {name: {"needs": draw(st.lists(_needs(names), max_size=2))} for name in names}
    links = draw(st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=2), max_size=3 * len(names)))
    return Graph.from_dict({"elements": elements, "links": links})


def redundant_graph(seed: int) -> tuple[Graph, str]:
    """A seeded graph with much redundancy, so that cut sets of two and three are common, and an element of it."""
    chance = random.Random(seed)
    names = [f"e{i}" for i in range(chance.randint(5, 9))]
    with_rings = chance.random() < 0.5
    elements = {}
    for i, name in enumerate(names):
        known = names if with_rings else names[:i]
        wanted = chance.choice([0, 0, 1, 1, 1]) if known else 0
        elements[name] = {"needs": [_redundant(chance, known, 0) for _ in range(wanted)]}
    links = [[chance.choice(names), chance.choice(names)] for _ in range(chance.randint(1, 4) * len(names))]
    return Graph.from_dict({"elements": elements, "links": links}), chance.choice(names[len(names) // 2 :])


def _redundant(chance: random.Random, names: list[str], depth: int) -> Any:
    kind = chance.random()
    if depth == 0 and kind < 0.6:
        of = [_redundant(chance, names, 1) for _ in range(chance.randint(2, 4))]
        return {"any": chance.choice([1, 1, 2]), "of": of}
    if kind < 0.8 or depth > 2:
        return chance.choice([chance.choice(names), {"path": [chance.choice(names), chance.choice(names)]}])
    of = [_redundant(chance, names, depth + 1) for _ in range(chance.randint(1, 3))]
    return {"any": chance.randint(1, len(of)), "of": of} if kind < 0.93 else {"all": of}
