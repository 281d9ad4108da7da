"""Both methods of the proof are held to the definition on random graphs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcp import proof
from bcp.proof import scenarios
from bcp.proof.brute import is_up
from inventory.graph import Graph
from tests.graphs import graphs, redundant_graph


@settings(max_examples=150)
@given(graphs(), st.integers(0, 3), st.data())
def test_both_methods_equal_brute_force(graph, order, data):
    target = data.draw(st.sampled_from(sorted(graph.elements)))
    expected = proof.brute_force(graph, target, order)
    assert proof.cut_sets(graph, target, order) == expected
    assert scenarios.cut_sets(graph, target, order) == expected


def test_both_methods_equal_brute_force_where_sets_of_two_and_three_are_common():
    sizes: Counter[int] = Counter()
    for seed in range(200):
        graph, target = redundant_graph(seed)
        expected = proof.brute_force(graph, target, 3)
        assert proof.cut_sets(graph, target, 3) == expected, f"seed {seed}"
        assert scenarios.cut_sets(graph, target, 3) == expected, f"seed {seed}"
        sizes.update(len(cut) for cut in expected)
    assert sizes[2] >= 50
    assert sizes[3] >= 10


@settings(max_examples=30)
@given(graphs(most=6), st.integers(4, 6))
def test_orders_above_three_are_right_as_well(graph, order):
    for target in graph.elements:
        expected = proof.brute_force(graph, target, order)
        assert proof.cut_sets(graph, target, order) == expected
        assert scenarios.cut_sets(graph, target, order) == expected


@settings(max_examples=100)
@given(graphs())
def test_many_targets_at_once_have_the_answers_that_each_has_alone(graph):
    together = scenarios.all_cut_sets(graph, graph.elements, 2)
    assert together == {target: proof.cut_sets(graph, target, 2) for target in graph.elements}


@settings(max_examples=200)
@given(graphs(), st.data())
def test_the_compiled_fixpoint_is_the_definition(graph, data):
    out = data.draw(st.sets(st.sampled_from(sorted(graph.elements))))
    assert graph.up(out) == {id_ for id_ in graph.elements if is_up(graph, id_, out)}


@settings(max_examples=20)
@given(graphs(most=5), st.integers(61, 70))
def test_many_bystanders_do_not_shift_the_bits(graph, count):
    """More than 64 candidates: the scenarios fill several words, and the last ones begin in the second."""
    names = sorted(graph.elements)
    data = graph.to_dict()
    data["elements"] |= {f"a{i}": {} for i in range(count)}
    data["elements"]["z"] = {"needs": [names[0], {"any": 1, "of": [f"a{i}" for i in range(count)]}]}
    wide = Graph.from_dict(data)
    for order in (1, 2, 3):
        expected = proof.cut_sets(wide, "z", order)
        assert scenarios.cut_sets(wide, "z", order) == expected


def test_pairs_and_triples_are_found_in_every_word():
    """130 elements in pairs and triples across the words' borders, known by construction."""
    names = [f"n{i:03}" for i in range(130)]
    pairs = [(i, i + 65) for i in range(20)]
    triples = [(i, i + 41, i + 82) for i in range(21, 40)]
    groups = [*pairs, *triples]
    needs = [{"any": 1, "of": [names[i] for i in group]} for group in groups]
    data = {"elements": {name: {} for name in names} | {"t": {"needs": [*needs, {"any": 0, "of": names}]}}}
    graph = Graph.from_dict(data)
    expected = [frozenset(names[i] for i in group) for group in groups]
    assert proof.cut_sets(graph, "t", 3) == expected
    assert scenarios.cut_sets(graph, "t", 3) == expected


@pytest.mark.parametrize("method", [proof.cut_sets, proof.brute_force, scenarios.cut_sets])
def test_a_negative_order_and_an_unknown_target_are_refused(method):
    graph = Graph.from_dict({"elements": {"a": {}}})
    with pytest.raises(ValueError, match="order from 0"):
        method(graph, "a", -1)
    with pytest.raises(LookupError, match="no element b"):
        method(graph, "b", 1)
