"""The graph of the example site: what is an element, what needs what, and where no walk may pass."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import inventory
from inventory import cabling
from inventory.graph import GraphError, build
from inventory.graph.restart import restart
from inventory.kinds import collections
from inventory.model import Failover, Site

SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
GRAPH = build(SITE)
SEVEN = [id_ for id_, system in SITE.systems.items() if not system.neighbour]
LINES = ["line-a", "line-b"]


def changed(**objects: dict[str, dict[str, object]]) -> Site:
    """The example site with some objects replaced: collection → {id: fields}."""
    update = {}
    for name, some in objects.items():
        old = getattr(SITE, name)
        update[name] = {**old, **{id_: old[id_].model_copy(update=fields) for id_, fields in some.items()}}
    return SITE.model_copy(update=update)


def test_it_has_at_least_250_elements_and_all_are_up():
    assert len(GRAPH.elements) >= 250
    assert GRAPH.up() == set(GRAPH.elements)


@pytest.mark.parametrize("collection", [name for name in collections() if name not in {"owners", "zones", "lans"}])
def test_every_object_that_can_fail_is_an_element(collection):
    assert [id_ for id_ in getattr(SITE, collection) if id_ not in GRAPH.elements] == []


def test_every_link_of_the_cabling_is_an_element():
    assert [link.id for link in cabling.links(SITE) if link.id not in GRAPH.elements] == []


# what is out → some of what goes down with it, and some of what does not
LOST = {
    ("ups-s-a",): ("pdu-s-r1-a pdu-s-r4-a env-s", "core-s1 web-s sw-s-dmz"),
    ("ups-s-a", "ups-s-b"): ("core-s1 web-s website@second", "website core-c1"),
    ("utility-s",): ("", "ats-s-a gen-s core-s1"),
    ("utility-s", "gen-s"): ("ats-s-a ats-s-b ups-s-a core-s1 cooler-s1 disaster-info", "website utility-c"),
    ("ats-s-a",): ("ups-s-a pdu-s-r1-a", "cooler-s1 core-s1"),
    ("s-r4",): ("web-s db-s mail-s sw-s-dmz pdu-s-r4-a", "fire-s1 website disaster-info"),
    ("cooler-s1",): ("", "cooling-s-room web-s"),
    ("cooler-s1", "cooler-s2"): ("cooling-s-room web-s core-s1 disaster-info", "website"),
    ("duct-north",): ("line-a", "line-b"),
    ("telco-a",): ("line-b outside-a witness-s carrier-a", "line-a outside-b witness-c sw-ix"),
    ("second",): ("s-room s-power ups-s-a web-s crisis fire-dispatch", "website staff"),
    ("env-s",): ("temp-s-cold", "env-c"),
    ("fac-s", "fac-c"): ("facility", "mainframe"),
    ("campus-network@second", "campus-network@computer"): ("campus-network nais-mail", "website"),
    ("victim-support",): ("victim-to-disast fire-d-to-victim", "disaster-info"),
}


@pytest.mark.parametrize(
    ("out", "lost", "kept"), [(o, lost, kept) for o, (lost, kept) in LOST.items()], ids=map("+".join, LOST)
)
def test_what_goes_down_with_what(out, lost, kept):
    up = GRAPH.up(out)
    assert [id_ for id_ in lost.split() if id_ in up] == []
    assert [id_ for id_ in kept.split() if id_ not in up] == []


@pytest.mark.parametrize("out", ["main", "computer", "second", "third", *SITE.carriers, *SITE.ducts, *SITE.racks])
def test_no_building_carrier_duct_or_rack_takes_one_of_the_seven(out):
    assert [id_ for id_ in SEVEN if id_ not in GRAPH.up([out])] == []


def test_losing_the_main_building_alone_stops_no_system():
    assert set(SITE.systems) <= GRAPH.up(["main"])


def test_with_both_lines_cut_all_systems_are_served_by_one_side_or_the_other():
    assert set(SITE.systems) <= GRAPH.up(LINES)


@pytest.mark.parametrize("hosts", [("mf-s", "mf-c"), ("db-s", "db-c"), ("vs-s", "vs-c")])
def test_the_third_place_is_never_transit_between_the_buildings(hosts):
    """Both lines cut: either side sees the witness but not the other one, so without it nobody has a majority."""
    system = next(s for s in SITE.systems.values() if s.members == hosts)
    assert system.id in GRAPH.up(LINES)
    assert {f"{system.id}@second", f"{system.id}@computer"} <= GRAPH.up(LINES)
    for witness in ("wit-t", "core-t1", "third", "sw-t-wit"):
        assert not GRAPH.up([*LINES, witness]) & {f"{system.id}@second", f"{system.id}@computer", system.id}
    up = GRAPH.up([*LINES, "witness-s"])
    assert f"{system.id}@computer" in up
    assert f"{system.id}@second" not in up


def test_without_the_witness_two_buildings_that_see_each_other_are_a_majority():
    up = GRAPH.up(["third"])
    assert {"mainframe@second", "mainframe@computer", "mainframe"} <= up


def test_one_building_and_no_witness_line_is_no_majority():
    assert "mainframe" not in GRAPH.up(["second", "witness-c"])
    assert "mainframe" in GRAPH.up(["second", "witness-s"])


def test_the_carriers_are_never_transit_between_the_buildings():
    """With the staff's building gone and both lines cut, what stands in the computer building is out of reach from
    inside although both edges reach the carriers and these each other."""
    up = GRAPH.up([*LINES, "main", "facility@second"])
    assert {"facility@computer", "edge-c", "outside-a", "peering", "outside-b", "edge-s", "crisis"} <= up
    assert "facility" not in up


# what is out → whether the city's web site is reached from outside and inside
WEB = {
    ("outside-a",): True,
    ("outside-b",): True,
    ("outside-a", "outside-b"): False,
    ("telco-a",): True,
    ("telco-a", "telco-b"): False,
    ("carrier-a", "edge-s"): False,
    ("carrier-a", "outside-b"): False,
    ("edge-c", "web-s"): True,
    ("edge-c", "web-s", "line-a"): True,
    ("edge-c", "web-s", "line-a", "line-b"): False,
    ("edge-c", "edge-s"): False,
    ("outside", "sw-ix"): True,
    ("outside-a", "peering"): True,
    ("web-s", "web-c"): False,
    ("staff", "crisis"): False,
}


@pytest.mark.parametrize(("out", "served"), WEB.items(), ids=map("+".join, WEB))
def test_the_web_site_needs_a_way_in_and_an_instance_behind_it(out, served):
    assert ("website" in GRAPH.up(out)) is served


def test_mail_needs_name_service_where_it_runs():
    """Mail alone in the computer building, name service alone in the second: fine as long as a line joins them."""
    apart = ["mail-s", "net-c"]
    assert "nais-mail" in GRAPH.up(apart)
    assert "nais-mail" not in GRAPH.up([*apart, *LINES])


def test_retired_objects_are_never_up():
    site = changed(hosts={"web-s": {"retired": dt.date(2026, 4, 1)}})
    before, after = (build(site, dt.date(2026, month, 1)).up() for month in (3, 4))
    assert "web-s" in before
    assert "web-s" not in after
    assert "website@second" not in after


def test_a_line_of_the_backbone_into_the_witness_place_would_make_it_transit():
    """The graph follows the routing: it is the area that keeps the third place out of the way, not its name."""
    area = {"ospf_area": 0}
    site = changed(lines={"witness-c": area, "witness-s": area})
    assert "facility" in build(site).up([*LINES, "main", "facility@second"])


def test_a_derived_name_that_is_taken_is_told():
    room = SITE.rooms["s-noc"].model_copy(update={"id": "cooling-s-room"})
    with pytest.raises(GraphError, match="cooling-s-room: is both a room and a cooling"):
        build(SITE.model_copy(update={"rooms": {**SITE.rooms, "cooling-s-room": room}}))


def test_a_site_without_clients_is_judged_by_its_instances():
    up = build(SITE.model_copy(update={"clients": {}})).up([*LINES, "web-s"])
    assert "website" in up


# each before the next, for the same building
ORDER = ["utility-s", "ats-s-a", "ups-s-a", "pdu-s-r1-a", "core-s1", "web-s", "website@second", "website"]


def test_the_restart_order_is_sane():
    order = restart(SITE, GRAPH)
    round_of = {id_: number for number, layer in enumerate(order.order) for id_ in layer}
    assert set(round_of) == set(GRAPH.elements)
    rounds = [round_of[id_] for id_ in ORDER]
    assert rounds == sorted(set(rounds)), f"{ORDER} start in rounds {rounds}"
    for host in SITE.hosts.values():
        lan = SITE.lans[host.lan]
        assert all(round_of[before] < round_of[host.id] for before in (lan.switch, *lan.gateway.routers))
    assert (order.rings, order.stuck) == ((), ())


def test_two_systems_that_need_each_other_run_together_and_cannot_start():
    site = changed(systems={"campus-network": {"needs": ("nais-mail",)}})
    graph = build(site)
    assert {"campus-network", "nais-mail"} <= graph.up()
    order = restart(site, graph)
    assert order.rings == (
        ("campus-network@computer", "campus-network@second", "nais-mail@computer", "nais-mail@second"),
    )
    assert {"campus-network", "nais-mail"} <= set(order.stuck)


def test_a_failover_by_hand_changes_nothing_in_the_graph():
    by_hand = {id_: {"failover": Failover.manual} for id_ in SITE.systems}
    assert build(changed(systems=by_hand)).to_dict() == GRAPH.to_dict()
