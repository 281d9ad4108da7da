"""The proof of a whole site: what it finds, what somebody accepted, and that the two methods must agree."""

from __future__ import annotations

import datetime as dt

import pytest

from bcp.proof import mocus, prove, scenarios
from inventory.graph import Graph, build
from inventory.model import Accepted, Quorum
from tests.inventory.test_graph_site import GRAPH, SEVEN, SITE, changed

TODAY = dt.date(2026, 6, 1)


def accepted(code, until="2026-12-31"):
    return {"accepted": (Accepted(code=code, reason="a test", by="servers", until=dt.date.fromisoformat(until)),)}


def proof_of(site, order=1):
    return prove.prove(site, build(site), order, TODAY)


@pytest.fixture(scope="module")
def proof():
    return prove.prove(SITE, GRAPH, 2, TODAY)


def test_the_example_site_has_no_single_point_of_failure_for_any_of_the_seven(proof):
    assert {system.id: system.spof for system in proof.systems if system.id in SEVEN} == dict.fromkeys(SEVEN, ())
    assert [cut for system in proof.systems if system.id in SEVEN for cut in system.cut_sets if len(cut) < 2] == []


def test_everything_in_the_example_site_can_be_maintained_while_all_are_served(proof):
    assert [row for row in proof.maintainable if row.loses] == []
    kinds = {GRAPH.elements[row.element].kind for row in proof.maintainable}
    assert {"ups", "pdu", "ats", "cooler", "duct", "line", "cable", "device", "host"} <= kinds
    assert not kinds & {"building", "room", "rack", "area", "sensor", "instance", "system"}
    assert len(proof.maintainable) > 150


def test_the_example_site_holds_without_any_exception(proof):
    assert proof.holds
    assert (proof.cold_start, proof.accepted, proof.unused) == ((), (), ())


def test_the_pairs_that_matter_are_found(proof):
    cuts = {system.id: set(system.cut_sets) for system in proof.systems}
    assert frozenset({"computer", "second"}) in cuts["facility"]
    assert frozenset({"main", "second"}) in cuts["facility"], "nobody is left who could look from inside"
    assert frozenset({"edge-c", "edge-s"}) in cuts["website"]
    assert frozenset({"third", "second"}) in cuts["mainframe"]
    assert frozenset({"line-a", "line-b"}) not in cuts["mainframe"]
    assert frozenset({"gen-s", "utility-s"}) in cuts["disaster-info"]


# name: (change of the example site, single points of the seven, unmaintainable elements)
WEAKER = {
    "a server less": (
        {"systems": {"website": {"members": ("web-s",)}}},
        {"website"},
        {"web-s", "sw-s-dmz", "cable-web-s-s-dmz"},
    ),
    "no witness, two voters of three in one building": (
        {"systems": {"mainframe": {"quorum": Quorum(voters=("mf-s", "mf-c", "db-s"))}}},
        {"mainframe"},
        {"sw-s-myn"},
    ),
    "one edge": ({"lines": {"outside-b": {"ducts": ("duct-street-a",)}}}, {"website"}, {"duct-street-a"}),
}


@pytest.mark.parametrize(("change", "systems", "elements"), WEAKER.values(), ids=WEAKER)
def test_a_weakened_site_does_not_hold_and_the_reasons_are_named(change, systems, elements):
    found = proof_of(changed(**change))
    assert not found.holds
    assert {system.id for system in found.systems if system.spof and not system.neighbour} == systems
    lost = {row.element for row in found.maintainable if row.loses}
    assert elements <= lost
    for system in found.systems:
        assert elements <= set(system.spof) or system.id not in systems


def test_a_neighbour_s_single_point_is_listed_but_not_judged(proof):
    fire = next(system for system in proof.systems if system.id == "fire-dispatch")
    assert fire.neighbour
    assert {"second", "s-room", "s-power"} <= set(fire.spof)
    assert proof.holds


def weak_duct(fields=None):
    lines = {"outside-b": {"ducts": ("duct-street-a",)}}
    return changed(lines=lines, ducts={"duct-street-a": fields or {}})


def test_an_accepted_finding_stands_in_accepted_alone():
    both = accepted("spof")["accepted"] + accepted("unmaintainable")["accepted"]
    found = proof_of(weak_duct({"accepted": both}))
    assert found.holds
    assert all("duct-street-a" not in system.spof for system in found.systems)
    assert "duct-street-a" not in {row.element for row in found.maintainable}
    assert [(one.code, one.element, one.concerns) for one in found.accepted] == [
        ("spof", "duct-street-a", ("website",)),
        ("unmaintainable", "duct-street-a", ("website",)),
    ]
    website = next(system for system in found.systems if system.id == "website")
    assert frozenset({"duct-street-a"}) in website.cut_sets, "the facts stay"


def test_one_accepted_code_does_not_excuse_another():
    found = proof_of(weak_duct(accepted("spof")))
    assert not found.holds
    assert [(row.element, row.loses) for row in found.maintainable if row.loses] == [("duct-street-a", ("website",))]


def test_an_expired_exception_excuses_nothing():
    assert not proof_of(weak_duct(accepted("spof", "2026-05-31"))).holds


def test_an_exception_covers_what_is_derived_from_its_element():
    both = accepted("spof")["accepted"] + accepted("unmaintainable")["accepted"]
    site = changed(systems={"website": {"members": ("web-s",)}}, hosts={"web-s": {"accepted": both}})
    named = {(one.code, one.element) for one in proof_of(site).accepted}
    assert {("spof", "web-s"), ("spof", "cable-web-s-s-dmz"), ("unmaintainable", "cable-web-s-s-dmz")} <= named


def test_an_exception_that_excuses_nothing_is_told():
    found = proof_of(changed(ducts={"duct-north": accepted("spof")}))
    assert found.unused == (("spof", "duct-north"),)


def test_a_ring_is_listed_by_its_systems_unless_accepted():
    ring = {"campus-network": {"needs": ("nais-mail",)}}
    assert proof_of(changed(systems=ring)).cold_start == (("campus-network", "nais-mail"),)
    found = proof_of(changed(systems={**ring, "nais-mail": accepted("cold-start")}))
    assert found.cold_start == ()
    assert [(one.code, one.element) for one in found.accepted] == [("cold-start", "nais-mail")]


def test_a_disagreement_of_the_methods_is_never_shown_as_a_proof(monkeypatch):
    def fewer(graph, targets, order):
        return {
            target: [cut for cut in cuts if "second" not in cut] for target, cuts in real(graph, targets, order).items()
        }

    real = scenarios.all_cut_sets
    monkeypatch.setattr(scenarios, "all_cut_sets", fewer)
    with pytest.raises(prove.ProofDisagrees, match=r"disagree about facility: only one of them finds \{.*second"):
        proof_of(SITE, 2)


def test_both_methods_agree_on_the_example_up_to_three():
    second = scenarios.all_cut_sets(GRAPH, SITE.systems, 3)
    for system in SITE.systems:
        first = mocus.cut_sets(GRAPH, system, 3)
        assert first == second[system]
        assert first == sorted(first, key=lambda cut: (len(cut), sorted(cut)))


def test_every_cut_set_of_the_example_is_one_and_minimal(proof):
    """Checked by the compiled fixpoint, which neither method uses."""
    for system in proof.systems:
        for cut in system.cut_sets:
            assert system.id not in GRAPH.up(cut)
            assert all(system.id in GRAPH.up(cut - {one}) for one in cut)


def test_a_graph_without_a_site_can_be_proven_too():
    graph = Graph.from_dict({"elements": {"t": {"needs": [{"any": 1, "of": ["a", "b"]}]}, "a": {}, "b": {}}})
    assert mocus.cut_sets(graph, "t", 2) == scenarios.cut_sets(graph, "t", 2) == [frozenset({"a", "b"})]
