"""Which flow should feel a fault, by the model of the example site and of sites made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

import inventory
from bcp.flow import NoFlow, choose, judge, vantage
from bcp.plan import CannotPlan, TooMuch, make
from bcp.route import Hop, paths
from bcp.shelf import load

SITE = Path(__file__).parent.parent.parent / "inventory" / "sites" / "nishinomiya"


@pytest.fixture(scope="module")
def site():
    return inventory.load(SITE)


def changed(site, line: str, **fields: int):
    lines = {**site.lines, line: site.lines[line].model_copy(update=fields)}
    return site.model_copy(update={"lines": lines})


# line → places, crossed from its first end to its second by packets from the first place
FLOWS = [("line-a", ("staff", "web-s"), True), ("line-b", ("web-s", "web-c"), False)]


@pytest.mark.parametrize(("line", "places", "forward"), FLOWS)
def test_each_inter_building_line_has_a_flow_that_surely_crosses_it(site, line, places, forward):
    flow = choose(site, site.systems["website"], line)
    assert tuple(point.node for point in flow.points) == places
    assert (flow.forward, flow.certain) == (forward, True)
    assert (flow.crosses_forward(0), flow.crosses_forward(1)) == (forward, not forward)


# from, to → every equally short path as lines
PATHS = [
    ("staff", "web-s", ["line-a"]),
    ("web-s", "staff", ["line-a"]),
    ("web-c", "web-s", ["line-b"]),
    ("staff", "crisis", ["line-a"]),
    ("web-s", "vs-s", [""]),
]


@pytest.mark.parametrize(("source", "target", "expected"), PATHS)
def test_paths_follow_the_costs(site, source, target, expected):
    assert [" ".join(hop.line for hop in path) for path in paths(site, source, target)] == expected


def test_equally_short_paths_are_all_told_and_make_a_flow_uncertain(site):
    # 5 over cross-s and 10 over line-b against 8 over line-a and 7 over campus-1
    tied = changed(changed(site, "line-a", ospf_cost=8), "campus-1", ospf_cost=7)
    found = paths(tied, "web-s", "web-c")
    assert len(found) == 2
    assert (Hop("line-a", forward=False), Hop("campus-1", forward=True)) in found
    surety, flow = judge(tied, "web-s", "web-c", "line-b") or (0, None)
    assert surety == 0.5
    assert flow is not None
    assert not flow.certain


def test_a_line_that_nobody_talks_over_has_no_flow(site):
    dear = changed(changed(site, "line-a", ospf_cost=65535), "campus-2", ospf_cost=65535)
    with pytest.raises(NoFlow, match="line-a") as error:
        choose(dear, site.systems["website"], "line-a")
    assert error.value.exit_code == 5


def test_the_system_is_asked_from_where_the_answer_crosses_the_line(site):
    assert vantage(site, site.systems["website"], "line-a") == "staff"


def test_a_plan_names_the_steps_the_undo_and_what_the_graph_says(site):
    plan = make(site, load("line-silent", site), "line-b").document()
    assert plan["steps"][0] == "break line-b: silent"
    assert plan["undo"] == ["mend line-b"]
    assert {risk["system"] for risk in plan["risks"]} == set(site.systems)
    assert all(risk["state"] in ("safe", "degraded") for risk in plan["risks"])


def test_a_plan_for_another_kind_of_line_is_refused(site):
    with pytest.raises(CannotPlan, match="outside-a"):
        make(site, load("line-cut", site), "outside-a")


def test_a_fault_that_takes_a_system_down_is_refused(site):
    mail = site.systems["nais-mail"].model_copy(update={"needs": ("line-a",)})
    leaning = site.model_copy(update={"systems": {**site.systems, "nais-mail": mail}})
    with pytest.raises(TooMuch, match="without line-a, nais-mail would be down"):
        make(leaning, load("line-cut", site), "line-a")
    make(leaning, load("line-cut", site), "line-b")
