"""In which order devices are touched, and what the plan says about the room meanwhile."""

from __future__ import annotations

from itertools import combinations

import pytest

from inventory.graph import build
from network.change.compare import managed
from network.change.steps import AT_ONCE, steps


@pytest.fixture(scope="module")
def graph(site):
    return build(site)


@pytest.fixture(scope="module")
def all_at_once(site, graph):
    return steps(site, graph, managed(site), [])


def test_every_device_is_in_one_step_and_steps_are_not_too_wide(site, all_at_once):
    assert sorted(d for step in all_at_once for d in step.devices) == sorted(managed(site))
    assert max(len(step.devices) for step in all_at_once) <= AT_ONCE


def test_the_two_routers_of_a_lan_and_the_ends_of_two_diverse_lines_are_never_touched_together(site, all_at_once):
    pairs = [set(lan.gateway.routers) for lan in site.lans.values() if len(lan.gateway.routers) == 2]
    pairs += [{"edge-c", "edge-s"}]
    for one, other in [("line-a", "line-b"), ("campus-1", "campus-2"), ("outside-a", "outside-b")]:
        pairs += [{a.device, b.device} for a in site.lines[one].ends for b in site.lines[other].ends]
    for step in all_at_once:
        assert [pair for pair in pairs if len(pair) > 1 and pair <= set(step.devices)] == []


def test_no_step_takes_a_system_away(all_at_once):
    assert [step.down for step in all_at_once if step.down] == []


def test_what_a_step_says_is_true_of_the_graph(site, graph, all_at_once):
    for step in all_at_once:
        for system, singles in step.depends.items():
            for single in singles:
                assert system in graph.up(step.devices)
                assert system in graph.up([single])
                assert system not in graph.up([*step.devices, single])


SAID = [
    (["edge-c"], "website depends on each of duct-street-b, outside-b, edge-s, carrier-b alone"),
    (["core-s1"], "disaster-info depends on core-s2 alone"),
    (["core-m1"], "every system keeps its redundancy"),
]


@pytest.mark.parametrize(("devices", "words"), SAID, ids=[devices[0] for devices, _ in SAID])
def test_the_redundancy_that_is_lost_is_said_in_words(site, graph, devices, words):
    (step,) = steps(site, graph, devices, devices)
    assert f"while {devices[0]} is changed, " in step.words
    assert words in step.words
    assert step.drained == tuple(devices)


def test_the_order_of_the_steps_follows_the_order_of_the_devices(site, graph):
    names = managed(site)
    assert steps(site, graph, names, []) == steps(site, graph, list(names), [])
    first = [step.devices[0] for step in steps(site, graph, names[::-1], [])]
    assert first[0] == names[-1]


def test_what_does_not_answer_counts_as_out_in_every_step(site, graph):
    (step,) = steps(site, graph, ["core-s1"], [], out=["core-s2"])
    assert "disaster-info" in step.down
    assert "while core-s1 is changed with core-s2 out already, " in step.words
    (step,) = steps(site, graph, ["core-s1"], [])
    assert step.down == ()


def test_devices_of_two_buildings_are_not_touched_together(site, graph):
    for one, other in combinations(["sw-m-fac", "sw-c-fac", "sw-s-staff"], 2):
        assert len(steps(site, graph, [one, other], [])) == 2
