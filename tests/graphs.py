"""Random small graphs: AND, k-of-n, nested, walks, rings and self-loops, all of them at once."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from inventory.graph import Graph

MOST = 8


def _needs(names: list[str]) -> st.SearchStrategy[Any]:
    name = st.sampled_from(names)
    path = st.lists(name, min_size=2, max_size=2).map(lambda ends: {"path": ends})
    # `count` from 0 to one more than there are: always met, and never.
    return st.recursive(
        st.one_of(name, name, path),
        lambda part: st.one_of(
            st.lists(part, max_size=3).flatmap(
                lambda of: st.integers(0, len(of) + 1).map(lambda count: {"any": count, "of": of})
            ),
            st.lists(part, max_size=3).map(lambda of: {"all": of}),
        ),
        max_leaves=4,
    )


@st.composite
def graphs(draw: st.DrawFn, most: int = MOST) -> Graph:
    """A graph of 1 to `most` elements that may need and be linked to anything, themselves included."""
    names = [f"e{i}" for i in range(draw(st.integers(1, most)))]
    elements = {name: {"needs": draw(st.lists(_needs(names), max_size=2))} for name in names}
    links = draw(st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=2), max_size=2 * len(names)))
    return Graph.from_dict({"elements": elements, "links": links})
