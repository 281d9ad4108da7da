"""What faults do together, worked out without a twin: whichever came first, and with all that goes with them."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import fields
from pathlib import Path

import pytest

import inventory
from inventory import graph
from twin import topology
from twin.damage import Damage, damage
from twin.state import Fault
from twin.topology import Plug

SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
GRAPH, PLAN = graph.build(SITE), topology.derive(SITE)
OF_MAIN = {"core-m1", "core-m2", "sw-m-staff", "sw-m-fac", "agent-m", "staff"}


def of(*faults: tuple[str, str, dict[str, float]]) -> Damage:
    known = [Fault(f"f{n}", element, kind, "", dict(params), {}) for n, (element, kind, params) in enumerate(faults)]
    return damage(GRAPH, PLAN, known)


def test_without_faults_nothing_is_damaged():
    assert of() == Damage()


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([("line-a", "cut", {})], {"cut": {"line-a"}}),
        ([("duct-south", "cut", {})], {"cut": {"line-b"}}),
        ([("duct-south", "silent", {})], {"silent": {"line-b"}}),
        ([("cable-noc-s-fac", "cut", {})], {"cut": {"cable-noc-s-fac"}}),
        ([("web-c", "power", {})], {"off": {"web-c"}}),
        ([("main", "power", {})], {"off": OF_MAIN}),
        ([("pdu-s-r1-a", "power", {})], {}),
        ([("pdu-s-r1-a", "power", {}), ("pdu-s-r1-b", "power", {})], {"off": {"core-s1", "edge-s"}}),
        ([("wit-t", "freeze", {})], {"frozen": {"wit-t"}, "silent": {"cable-wit-t-t-wit"}}),
        ([("wit-t", "kill", {})], {}),
        ([("line-a", "loss", {"ratio": 0.1}), ("duct-north", "loss", {"ratio": 0.3})], {"loss": {("line-a", 0.3)}}),
        (
            [("line-a", "rate", {"bits_per_second": 2e6}), ("duct-north", "rate", {"bits_per_second": 1e6})],
            {"rate": {("line-a", 1e6)}},
        ),
    ],
)
def test_faults_do_what_they_should_in_any_order(faults, expected):
    for order in itertools.permutations(faults):
        found = of(*order)
        assert {f.name: set(getattr(found, f.name)) for f in fields(found) if getattr(found, f.name)} == expected


def test_a_node_without_power_has_every_interface_down_and_the_other_ends_stay_up():
    assert of(("web-c", "power", {})).down(PLAN) == {Plug("web-c", "eth0")}
    both = of(("web-c", "power", {}), ("cable-web-c-c-dmz", "cut", {})).down(PLAN)
    assert both == {Plug("web-c", "eth0"), Plug("sw-c-dmz", "web-c")}


def test_what_is_retired_is_not_in_the_twin():
    gone = SITE.hosts["web-c"].model_copy(update={"retired": dt.date(2020, 1, 1)})
    plan = topology.derive(SITE.model_copy(update={"hosts": {**SITE.hosts, "web-c": gone}}))
    assert {node.name for node in PLAN.nodes} - {node.name for node in plan.nodes} == {"web-c"}
    assert {wire.name for wire in PLAN.wires} - {wire.name for wire in plan.wires} == {"cable-web-c-c-dmz"}
    line = SITE.lines["line-a"].model_copy(update={"retired": gone.retired})
    plan = topology.derive(SITE.model_copy(update={"lines": {**SITE.lines, "line-a": line}}))
    assert {wire.name for wire in PLAN.wires} - {wire.name for wire in plan.wires} == {"line-a"}


def test_a_name_that_the_kernel_would_cut_is_refused():
    long = SITE.lines["line-a"].model_copy(update={"id": "line-that-is-much-too-long"})
    with pytest.raises(topology.TwinFailure, match="'line-that-is-much-too-long' is longer than 15 bytes") as failed:
        topology.derive(SITE.model_copy(update={"lines": {**SITE.lines, "line-a": long}}))
    assert failed.value.exit_code == 2
