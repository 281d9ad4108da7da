"""No two routers ever send a packet back and forth while the others turn away from a router that is drained."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from itertools import pairwise

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.derive.ramp import increments, ramp

JUMP = 10**6


def distances(ways, router: str, extra: int, ends: dict[str, int]) -> dict[str, float]:
    """The cost from every router to a destination that `ends` are next to; `extra` on all ways out of the router."""
    into = defaultdict(list)
    for a, b, cost in ways:
        into[b].append((a, cost + (extra if a == router else 0)))
        into[a].append((b, cost + (extra if b == router else 0)))
    found: dict[str, float] = {}
    queue = [(cost + (extra if end == router else 0), end) for end, cost in ends.items()]
    heapq.heapify(queue)
    while queue:
        cost, at = heapq.heappop(queue)
        if at not in found:
            found[at] = cost
            for other, more in into[at]:
                heapq.heappush(queue, (cost + more, other))
    return found


def hops(ways, router: str, extra: int, ends: dict[str, int]) -> set[tuple[str, str]]:
    """Who sends to whom; a router that is next to the destination and nowhere cheaper delivers."""
    far = distances(ways, router, extra, ends)
    found = set()
    for one, other, cost in ways:
        for a, b in ((one, other), (other, one)):
            if far.get(a, math.inf) == cost + (extra if a == router else 0) + far.get(b, math.inf) < math.inf:
                found.add((a, b))
    return found


def circle(ways, router: str, added, ends: dict[str, int]) -> str:
    """The first change of cost during which a packet can go round, whichever routers know of it already."""
    costs = (0, *added, JUMP)
    for before, after in pairwise(costs):
        mixed = networkx.DiGraph(hops(ways, router, before, ends) | hops(ways, router, after, ends))
        if not networkx.is_directed_acyclic_graph(mixed):
            return f"{before} to {after}: {networkx.find_cycle(mixed)}"
    return ""


NODES = [f"r{n}" for n in range(7)]


@st.composite
def networks(draw):
    """A connected network: a tree and some more lines."""
    size = draw(st.integers(3, 7))
    cost = st.integers(1, 20)
    ways = {(NODES[draw(st.integers(0, n - 1))], NODES[n]): draw(cost) for n in range(1, size)}
    more = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), cost)
    for a, b, price in draw(st.lists(more, max_size=7)):
        if a != b:
            ways.setdefault((NODES[min(a, b)], NODES[max(a, b)]), price)
    return [(a, b, price) for (a, b), price in ways.items()]


@given(networks(), st.integers(0, 6), st.integers(0, 6))
def test_no_packet_goes_in_circles_in_any_network(ways, at, other):
    nodes = sorted({end for way in ways for end in way[:2]})
    router, stand_in = nodes[at % len(nodes)], nodes[other % len(nodes)]
    added = increments(ways, router, [{stand_in} - {router}])
    for node in nodes:
        assert circle(ways, router, added, {node: 0}) == "" or node == router
    assert circle(ways, router, added, {router: 10, stand_in: 10}) == "" or stand_in == router


def test_a_jump_alone_does_send_packets_in_circles():
    """The room of the example, in small: staff's LAN at m1 and m2, and s1 that turns away from m1."""
    ways = [("m1", "s1", 10), ("s1", "s2", 5), ("s2", "c2", 10), ("c2", "m2", 10), ("m1", "m2", 5)]
    lan = {"m1": 10, "m2": 10}
    assert "s1" in circle(ways, "m1", (), lan)
    assert increments(ways, "m1", [{"m2"}]) == (9,)
    assert circle(ways, "m1", (9,), lan) == ""


STEPS = [
    ("core-m1", (), (9,)),
    ("core-m2", (), ()),
    ("core-c1", ("line-a",), (9, 18)),
    ("core-s1", ("core-s2",), ()),
    ("core-t1", (), ()),
]


@pytest.mark.parametrize(("router", "out", "wanted"), STEPS)
def test_the_steps_of_the_example(site, router, out, wanted):
    assert ramp(site, router, out) == wanted
