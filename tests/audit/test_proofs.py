"""Each check of the model says met for the example, and stops saying so when what it asks for is taken away."""

from __future__ import annotations

import datetime as dt

import pytest

import inventory
from audit import proofs
from inventory.model import Accepted, CoolingNeed
from tests.audit.scene import ITEMS, changed, example, ground, of, rooms, without

PROVEN = [id_ for id_, item in ITEMS.items() if item.evidence and all(query.proof for query in item.evidence)]
SITE = example()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return ground(tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("item", PROVEN)
def test_what_the_model_alone_can_show_is_met_by_the_example_site(item, untouched):
    judged = of(untouched, item)
    assert judged.outcome.verdict == "met", judged.outcome.why.en
    [evidence] = judged.evidence
    assert evidence.kind == "proof"
    assert evidence.document["inventory_sha256"] == inventory.digest(SITE)
    assert set(evidence.document["rooms"]) == {one.room for one in judged.rooms}


def _one_duct():
    other = SITE.lines["line-a"].ducts
    return changed(SITE, "lines", "line-b", ducts=other)


def _one_ups():
    site = SITE
    for pdu in SITE.pdus.values():
        if pdu.source == "ups-s-b":
            site = changed(site, "pdus", pdu.id, source="ups-s-a")
    return site


def _one_carrier():
    site = SITE
    for line in SITE.lines.values():
        if line.kind.value == "outside":
            site = changed(site, "lines", line.id, carrier="telco-a")
    return site


def _generator_first():
    return changed(SITE, "ats", "ats-s-a", sources=("gen-s", "utility-s"))


def _all_coolers():
    need = CoolingNeed(any=3, of=("cooler-s1", "cooler-s2", "cooler-s3"))
    return changed(SITE, "rooms", "s-room", cooling=need)


BROKEN = [
    ("building-fire-detection", lambda: without(SITE, "sensors", "smok-s-floor"), {"s-room": "unmet"}),
    ("security-doors", lambda: without(SITE, "doors", "door-c-power-front"), {"c-power": "unmet"}),
    ("security-cameras", lambda: without(SITE, "cameras", "cam-s-power-1"), {"s-power": "unmet"}),
    ("security-zones", lambda: changed(SITE, "zones", "lgwan", reaches=("my-number",)), {"s-room": "unmet"}),
    ("power-commercial-main", _generator_first, {"s-room": "unmet"}),
    ("power-generator-backup", lambda: changed(SITE, "ats", "ats-s-a", sources=("utility-s",)), {"c-room": "met"}),
    ("power-generator-fuel", lambda: changed(SITE, "generators", "gen-c", tank_litres=5000.0), {"c-room": "unmet"}),
    ("power-ups-bridges", lambda: changed(SITE, "ups", "ups-s-a", runtime_seconds=40.0), {"s-room": "unmet"}),
    ("power-dual-corded", _one_ups, {"s-room": "unmet", "c-room": "met"}),
    ("power-independent-paths", _one_ups, {"s-room": "unmet", "c-room": "met"}),
    ("power-maintainable", _one_ups, {"s-room": "unmet"}),
    ("cooling-redundancy", _all_coolers, {"s-room": "unmet", "c-room": "met"}),
    ("cooling-maintainable", lambda: _coolers_on("ats-s-a"), {"s-room": "unmet", "c-room": "met"}),
    ("cooling-leaks", lambda: without(SITE, "sensors", "leak-c-hot"), {"c-room": "unmet", "s-room": "met"}),
    ("network-carriers", _one_carrier, {"s-room": "unmet"}),
    ("network-routes", _one_duct, {"s-room": "unmet"}),
    ("network-maintainable", lambda: changed(SITE, "systems", "website", members=("web-s",)), {"s-room": "unmet"}),
    ("operation-continuity", lambda: changed(SITE, "systems", "website", members=("web-s",)), {"s-room": "unmet"}),
    ("operation-environment", lambda: without(SITE, "sensors", "humi-c-ups"), {"c-power": "unmet", "c-room": "met"}),
]  # fmt: skip


def _coolers_on(ats):
    site = SITE
    for cooler in SITE.coolers.values():
        if cooler.room == "s-room":
            site = changed(site, "coolers", cooler.id, sources=(ats,))
    return site


def _valid(site):
    """The changed parts as the model has them (a mapping becomes an object again)."""
    return type(site).model_validate(site.model_dump(mode="python", by_alias=True))


@pytest.mark.parametrize(("item", "edit", "expected"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_check_stops_holding_when_what_it_asks_for_is_taken_away(item, edit, expected, tmp_path):
    judged = of(ground(tmp_path, _valid(edit())), item)
    assert rooms(judged) | expected == rooms(judged), judged.outcome.why.en


def test_both_switches_without_a_generator_leave_the_room_dark(tmp_path):
    site = changed(SITE, "ats", "ats-s-a", sources=("utility-s",))
    site = changed(site, "ats", "ats-s-b", sources=("utility-s",))
    seen = ground(tmp_path, site)
    assert rooms(of(seen, "power-generator-backup")) == {"c-room": "met", "s-room": "unmet"}
    assert rooms(of(seen, "cooling-backed-up")) == {"c-room": "met", "s-room": "unmet"}
    assert rooms(of(seen, "power-ups-bridges")) == {"c-room": "met", "s-room": "unmet"}


def test_a_recorder_that_keeps_too_little_is_told(tmp_path):
    site = changed(SITE, "recorders", "rec-c", retention_days=30)
    assert rooms(of(ground(tmp_path, site), "security-recordings")) == {"c-room": "unmet", "s-room": "unknown"}


def test_what_somebody_accepted_is_no_less_a_single_point(tmp_path):
    accepted = Accepted(code="spof", reason="r", by="b", until="2199-01-01")
    site = changed(SITE, "systems", "website", members=("web-s",))
    site = changed(site, "hosts", "web-s", accepted=(accepted, accepted.model_copy(update={"code": "unmaintainable"})))
    assert of(ground(tmp_path, site), "operation-continuity").outcome.verdict == "unmet"


def test_an_empty_room_is_never_met_by_what_is_asked_of_a_room(tmp_path):
    room = SITE.rooms["s-noc"].model_copy(update={"id": "s-empty", "machine_room": True})
    seen = ground(tmp_path, SITE.model_copy(update={"rooms": {**SITE.rooms, "s-empty": room}}))
    for item in PROVEN:
        if item not in {"network-carriers", "network-routes", "security-zones", "operation-continuity"}:
            assert rooms(of(seen, item))["s-empty"] in {"unmet", "unknown"}, item


def test_a_system_that_is_down_although_nothing_is_out_spoils_every_proof_about_systems(tmp_path):
    dead = {id_: ats.model_copy(update={"sources": ()}) for id_, ats in SITE.ats.items()}
    site = SITE.model_copy(update={"utilities": {}, "generators": {}, "ats": dead})
    seen = ground(tmp_path, site)
    for item in ("operation-continuity", "network-carriers", "network-maintainable", "power-maintainable"):
        assert of(seen, item).outcome.verdict in {"unmet", "unknown"}, item
    assert "not up although nothing is out" in of(seen, "operation-continuity").outcome.why.en


def test_what_is_down_anyway_is_carried_by_nothing(tmp_path):
    need = CoolingNeed(any=3, of=("cooler-s1", "cooler-s2"))
    seen = ground(tmp_path, changed(SITE, "rooms", "s-room", cooling=need))
    for item in ("power-generator-backup", "power-maintainable", "power-independent-paths", "cooling-redundancy",
                 "cooling-maintainable", "cooling-backed-up"):  # fmt: skip
        assert rooms(of(seen, item))["s-room"] == "unmet", item


def test_a_system_counts_until_the_day_on_which_it_is_retired(tmp_path):
    site = changed(SITE, "systems", "website", members=("web-s",), retired=dt.date(2126, 3, 2))
    assert of(ground(tmp_path, site), "operation-continuity").outcome.verdict == "unmet"
    site = changed(site, "systems", "website", retired=dt.date(2126, 3, 1))
    assert of(ground(tmp_path, site), "operation-continuity").outcome.verdict == "met"


def test_every_check_is_used_and_documented():
    used = {query.proof.check for item in ITEMS.values() for query in item.evidence if query.proof}
    assert used == set(proofs.checks())
    assert all(function.__doc__ for function in proofs.checks().values())
    assert len(PROVEN) == len(BROKEN) + len({"cooling-backed-up"})
