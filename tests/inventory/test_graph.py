"""What a graph means: tables of small graphs, what is out, and what is then up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from inventory.graph import Graph, GraphError, UnknownElement
from tests.graphs import graphs

# name: (elements with their needs, links, out, up)
UP = {
    "a need is met by what is up": ({"a": ["b"], "b": []}, [], [], "a b"),
    "what is out takes what needs it": ({"a": ["b"], "b": ["c"], "c": [], "d": []}, [], ["c"], "d"),
    "any one is enough": ({"a": [{"any": 1, "of": ["b", "c"]}], "b": [], "c": []}, [], ["b"], "a c"),
    "two of three": ({"a": [{"any": 2, "of": ["b", "c", "d"]}], "b": [], "c": [], "d": []}, [], ["b"], "a c d"),
    "two of three with one left": (
        {"a": [{"any": 2, "of": ["b", "c", "d"]}], "b": [], "c": [], "d": []}, [], ["b", "c"], "d"),
    "the same name twice counts twice": ({"a": [{"any": 2, "of": ["b", "b"]}], "b": []}, [], [], "a b"),
    "any 0 is always met": ({"a": [{"any": 0, "of": ["b"]}], "b": []}, [], ["b"], "a"),
    "more than there are is never met": ({"a": [{"any": 2, "of": ["b"]}], "b": []}, [], [], "b"),
    "all inside any": (
        {"a": [{"any": 1, "of": [{"all": ["b", "c"]}, "d"]}], "b": [], "c": [], "d": []}, [], ["c", "d"], "b"),
    "any inside any": (
        {"a": [{"any": 1, "of": [{"any": 2, "of": ["b", "c"]}, "d"]}], "b": [], "c": [], "d": []}, [], ["d"], "a b c"),
    "a ring stays up together": ({"a": ["b"], "b": ["a"]}, [], [], "a b"),
    "a ring falls together": ({"a": ["b"], "b": ["a"], "c": []}, [], ["b"], "c"),
    "what needs itself stays up": ({"a": ["a"]}, [], [], "a"),
    "a walk over two links": ({"a": [{"path": ["x", "y"]}], "x": [], "l": [], "y": []}, ["x l", "l y"], [], "a x l y"),
    "a walk over what is out": ({"a": [{"path": ["x", "y"]}], "x": [], "l": [], "y": []}, ["x l", "l y"], ["l"], "x y"),
    "a walk around what is out": (
        {"a": [{"path": ["x", "y"]}], "x": [], "l": [], "m": [], "y": []},
        ["x l", "l y", "y m", "m x"], ["l"], "a x m y"),
    "a walk has no direction": ({"a": [{"path": ["y", "x"]}], "x": [], "y": []}, ["x y"], [], "a x y"),
    "a walk needs its ends": ({"a": [{"path": ["x", "y"]}], "x": [], "y": []}, ["x y"], ["y"], "x"),
    "a walk to where one is": ({"a": [{"path": ["x", "x"]}], "x": []}, [], [], "a x"),
    "a walk from what is out to itself": ({"a": [{"path": ["x", "x"]}], "x": []}, [], ["x"], ""),
    "two without a link": ({"a": [{"path": ["x", "y"]}], "x": [], "y": []}, [], [], "x y"),
    "a walk inside any": (
        {"a": [{"any": 1, "of": [{"path": ["x", "y"]}, "b"]}], "b": [], "x": [], "y": []}, ["x y"], ["b"], "a x y"),
    "a walk over the one who needs it": ({"x": [], "m": [{"path": ["x", "y"]}], "y": []}, ["x m", "m y"], [], "x m y"),
    "a walk over one who lost its needs": (
        {"a": [{"path": ["x", "y"]}], "x": [], "m": ["power"], "y": [], "power": []}, ["x m", "m y"], ["power"], "x y"),
}  # fmt: skip


def graph(elements, links=()):
    data = {"elements": {id_: {"needs": needs} for id_, needs in elements.items()}}
    return Graph.from_dict(data | {"links": [link.split() for link in links]})


@pytest.mark.parametrize(("elements", "links", "out", "up"), UP.values(), ids=UP)
def test_the_up_set_is_the_greatest(elements, links, out, up):
    assert graph(elements, links).up(out) == set(up.split())


# name: (elements, links, layers, rings)
COLD = {
    "layer by layer": ({"c": ["b"], "b": ["a"], "a": [], "z": []}, [], ["a z", "b", "c"], []),
    "a ring never starts": ({"a": ["b"], "b": ["a"], "c": []}, [], ["c"], ["a b"]),
    "nor does what needs itself": ({"a": ["a"], "b": []}, [], ["b"], ["a"]),
    "a ring with another way in starts": (
        {"a": [{"any": 1, "of": ["b", "c"]}], "b": ["a"], "c": []}, [], ["c", "a", "b"], []),
    "what waits for a ring is in none": ({"a": ["b"], "b": ["a"], "c": ["a"]}, [], [], ["a b"]),
    "two rings apart": ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, [], [], ["a b", "c d"]),
    "a ring over a walk": (
        {"dns": [{"path": ["x", "y"]}], "x": [], "m": ["dns"], "y": []}, ["x m", "m y"], ["x y"], ["dns m"]),
    "a spur of a walk is not in its ring": (
        {"dns": [{"path": ["x", "y"]}], "x": [], "m": ["dns"], "y": [], "s": ["dns"]},
        ["x m", "m y", "m s"], ["x y"], ["dns m"]),
}  # fmt: skip


@pytest.mark.parametrize(("elements", "links", "layers", "rings"), COLD.values(), ids=COLD)
def test_the_cold_start_is_the_least(elements, links, layers, rings):
    built = graph(elements, links)
    assert built.start_order() == [layer.split() for layer in layers]
    assert built.can_start() == {id_ for layer in layers for id_ in layer.split()}
    assert built.rings() == [ring.split() for ring in rings]


def test_after_holds_back_what_could_start_but_never_for_ever():
    built = graph({"host": [], "router": ["power"], "power": [], "lonely": []})
    assert built.start_order(after={"host": ["router"], "lonely": ["nothing"]}) == [
        ["power"],
        ["router"],
        ["host"],
        ["lonely"],
    ]


# name: (notation, what the error must say)
WRONG = {
    "not a mapping": ([], "expected a mapping with `elements`"),
    "an unknown key": ({"elements": {}, "link": []}, "unknown key 'link'"),
    "an element that is a list": ({"elements": {"a": ["b"]}}, "a: expected a mapping"),
    "an unknown key of an element": ({"elements": {"a": {"need": []}}}, "a: unknown key 'need'"),
    "a kind that is a number": ({"elements": {"a": {"kind": 3}}}, "a: expected text as kind"),
    "needs that are text": ({"elements": {"a": {"needs": "b"}, "b": {}}}, "a: needs: expected a list, found 'b'"),
    "an unknown name": ({"elements": {"a": {"needs": ["b"]}}}, "a: needs 'b', which is no element"),
    "an unknown name deep inside": (
        {"elements": {"a": {"needs": [{"any": 1, "of": [{"all": ["c"]}]}]}}}, "a: needs 'c', which is no element"),
    "an unknown end of a path": (
        {"elements": {"a": {"needs": [{"path": ["a", "q"]}]}}}, "a: needs 'q', which is no element"),
    "a path of three": (
        {"elements": {"a": {"needs": [{"path": ["a", "a", "a"]}]}}}, "a: needs[0].path: expected two names"),
    "any without of": ({"elements": {"a": {"needs": [{"any": 1}]}}}, "a: needs[0]: expected a name, {any: k"),
    "any yes": ({"elements": {"a": {"needs": [{"any": True, "of": []}]}}}, "a: needs[0].any: expected a whole number"),
    "any -1": ({"elements": {"a": {"needs": [{"any": -1, "of": []}]}}}, "a: needs[0].any: expected a whole number"),
    "of that is text": ({"elements": {"a": {"needs": [{"any": 1, "of": "b"}]}}}, "a: needs[0].of: expected a list"),
    "a need that is a number": ({"elements": {"a": {"needs": [7]}}}, "a: needs[0]: expected a name"),
    "an unknown end of a link": ({"elements": {"a": {}}, "links": [["a", "b"]]}, "link a - b: 'b' is no element"),
    "a link of one": ({"elements": {"a": {}}, "links": [["a"]]}, "links[0]: expected two names"),
    "links that are a mapping": ({"elements": {"a": {}}, "links": {}}, "links: expected a list of pairs"),
}  # fmt: skip


@pytest.mark.parametrize(("notation", "said"), WRONG.values(), ids=WRONG)
def test_a_malformed_graph_is_refused_by_name(notation, said):
    with pytest.raises(GraphError) as refused:
        Graph.from_dict(notation)
    assert said in str(refused.value)
    assert refused.value.exit_code == 3


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(GraphError, match="and 2 more") as refused:
        Graph.from_dict({"elements": {"a": {"needs": ["x", "y"]}, "b": {"needs": ["z"]}}})
    assert len(refused.value.problems) == 3


def test_an_unknown_element_is_told_with_what_was_probably_meant():
    with pytest.raises(UnknownElement, match="no element line-c") as unknown:
        graph({"line-a": [], "line-b": []}).up(["line-c"])
    assert "did you mean line-" in unknown.value.hint


@settings(max_examples=100)
@given(graphs())
def test_the_notation_comes_back_the_same(built):
    again = Graph.from_dict(built.to_dict())
    assert again.elements == built.elements
    assert again.links == built.links


@settings(max_examples=100)
@given(graphs())
def test_what_starts_from_cold_is_up_and_rings_are_what_is_up_and_never_starts(built):
    up, started = built.up(), built.can_start()
    assert started <= up
    ringed = [set(ring) for ring in built.rings()]
    assert all(ring <= up - started for ring in ringed)
    assert bool(ringed) == bool(up - started), "whatever is up and cannot start waits for a ring in the end"


@settings(max_examples=100)
@given(graphs())
def test_only_the_closure_of_an_element_matters_to_it(built):
    for id_ in built.elements:
        others = set(built.elements) - built.closure([id_])
        assert (id_ in built.up(others)) == (id_ in built.up())
