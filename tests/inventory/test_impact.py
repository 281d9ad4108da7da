"""How each system fares when elements are out, why, and what brings it back."""

from __future__ import annotations

import itertools
import random

import pytest

from inventory.graph import UnknownElement, build
from inventory.graph.impact import impact
from inventory.model import Failover
from tests.inventory.test_graph_site import GRAPH, SITE, changed

# what is out → system: (state, what brings it back); systems not named are safe or degraded
FATE = {
    ("temp-s-cold",): {"website": ("safe", "automatic")},
    ("outside",): {"website": ("safe", "automatic")},
    ("line-a",): {"website": ("degraded", "automatic"), "fire-dispatch": ("degraded", "automatic")},
    ("web-s",): {"website": ("degraded", "automatic"), "nais-mail": ("safe", "automatic")},
    ("web-s", "web-c"): {"website": ("down", "repair"), "nais-mail": ("safe", "automatic")},
    ("second",): {"website": ("degraded", "automatic"), "fire-dispatch": ("down", "repair")},
    ("net-s", "net-c"): {"campus-network": ("down", "repair"), "nais-mail": ("down", "repair")},
    ("campus-network",): {"campus-network": ("down", "repair"), "nais-mail": ("down", "repair")},
    ("core-t1",): {"mainframe": ("degraded", "automatic"), "website": ("safe", "automatic")},
}
BY_HAND = {
    ("web-c",): {"website": ("degraded", "automatic")},
    ("web-s",): {"website": ("down", "manual"), "nais-mail": ("safe", "automatic")},
    ("web-s", "web-c"): {"website": ("down", "repair")},
    ("line-a",): {"website": ("degraded", "automatic")},
    ("net-s",): {
        "campus-network": ("down", "manual"),
        "nais-mail": ("down", "manual"),
        "website": ("safe", "automatic"),
    },
    ("net-c",): {"campus-network": ("degraded", "automatic"), "nais-mail": ("degraded", "automatic")},
}


def fates(site, graph, out):
    return {effect.system: (effect.state.value, effect.back_by.value) for effect in impact(site, graph, out).effects}


@pytest.mark.parametrize(("out", "expected"), FATE.items(), ids=map("+".join, FATE))
def test_a_stand_by_that_takes_over_by_itself_keeps_the_system_up(out, expected):
    found = fates(SITE, GRAPH, out)
    assert {system: found[system] for system in expected} == expected


@pytest.mark.parametrize(("out", "expected"), BY_HAND.items(), ids=map("+".join, BY_HAND))
def test_a_stand_by_that_waits_for_a_person_does_not_serve_and_takes_others_with_it(out, expected):
    by_hand = changed(systems={id_: {"failover": Failover.manual} for id_ in ("website", "campus-network")})
    found = fates(by_hand, build(by_hand), out)
    assert {system: found[system] for system in expected} == expected


def test_what_is_lost_is_told_without_what_is_out():
    found = impact(SITE, GRAPH, ["telco-a", "line-b"])
    assert found.out == ("telco-a", "line-b")
    assert set(found.lost) == {"carrier-a", "outside-a", "witness-s"}


# what is out, the system, the way from one to the other
WHY = [
    ("web-s", "website", "web-s website@second website"),
    ("line-a", "website", "line-a website"),
    ("duct-north", "website", "duct-north line-a website"),
    ("second", "fire-dispatch", "second s-room s-r3 fire-s1 fire-dispatch"),
    ("wit-t", "mainframe", "wit-t mainframe@second mainframe"),
    ("campus-network", "nais-mail", "campus-network campus-network@second nais-mail@second nais-mail"),
]


@pytest.mark.parametrize(("out", "system", "way"), WHY, ids=[f"{out}-{system}" for out, system, _ in WHY])
def test_the_reason_is_a_way_from_what_is_out_to_the_system(out, system, way):
    effects = {effect.system: effect for effect in impact(SITE, GRAPH, [out]).effects}
    assert effects[system].why == tuple(way.split())


def test_every_reason_goes_over_real_dependencies_and_states_agree_with_the_graph():
    """200 seeded pairs of elements."""
    pairs = random.Random(7).sample(list(itertools.combinations(GRAPH.elements, 2)), 200)
    for out in pairs:
        if set(out) & set(SITE.systems):
            continue  # a system that is out takes its instances along: more than the graph's own answer
        up = GRAPH.up(out)
        found = impact(SITE, GRAPH, out)
        assert set(found.lost) | set(out) == set(GRAPH.elements) - up
        for effect in found.effects:
            assert (effect.state == "down") == (effect.system not in up)
            assert bool(effect.why) == (effect.state != "safe")
            if effect.why:
                assert effect.why[0] in out
                assert effect.why[-1] == effect.system
                assert all(a in GRAPH.reads(b) for a, b in itertools.pairwise(effect.why))


def test_an_unknown_element_is_refused():
    with pytest.raises(UnknownElement, match="no element nowhere"):
        impact(SITE, GRAPH, ["line-a", "nowhere"])
