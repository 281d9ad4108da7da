"""What `mroom show` resolves."""

from __future__ import annotations

import pytest

import inventory
from inventory import graph
from inventory.graph import UnknownElement
from inventory.show import listing, resolve
from tests.inventory.edits import BASE


@pytest.fixture(scope="module")
def site():
    return inventory.load(BASE)


@pytest.fixture(scope="module")
def built(site):
    return graph.build(site)


def test_the_listing_is_the_graph(site, built):
    rows = listing(built)
    assert [row["id"] for row in rows] == list(built.elements)
    assert {"id": "w-core", "kind": "device"} in rows
    assert inventory.check(BASE).counts["elements"] == len(rows)


def test_every_element_of_the_graph_resolves_with_all_its_keys(site, built):
    for id_ in built.elements:
        shown = resolve(site, built, id_)
        assert shown.owner in site.owners, id_
        assert shown.kind == built.elements[id_].kind


def test_a_router_has_its_place_owner_needs_and_every_address(site, built):
    shown = resolve(site, built, "w-core")
    assert shown.place == {"rack": "w-r1", "room": "w-room", "building": "west"}
    assert (shown.owner, shown.contact) == ("fac", "内線 2")
    assert "w-r1" in shown.needs
    assert {"address": "198.18.0.1", "as": "loopback"} in shown.addresses
    assert {"address": "198.18.1.0", "as": "line-a"} in shown.addresses
    assert {"address": "198.18.17.2", "as": "w-lgw"} in shown.addresses
    assert "website" in shown.dependents


def test_a_lan_and_an_owner_are_no_elements_but_resolve(site, built):
    lan = resolve(site, built, "w-lgw")
    assert (lan.kind, lan.place) == ("lan", {"building": "west"})
    assert {"address": "198.18.17.1", "as": "gateway.address"} in lan.addresses
    assert "web-w" in lan.dependents
    assert "line-a" in resolve(site, built, "net").dependents


def test_a_cable_stands_where_its_lan_does(site, built):
    shown = resolve(site, built, "cable-web-w-w-lgw")
    assert (shown.kind, shown.place, shown.owner) == ("cable", {"building": "west"}, "net")
    assert shown.fields == {"ends": ["web-w", "sw-w-lgw"], "lan": "w-lgw"}


def test_an_unknown_element_names_close_ones(site, built):
    with pytest.raises(UnknownElement) as caught:
        resolve(site, built, "w-cor")
    assert caught.value.exit_code == 2
    assert "w-core" in caught.value.hint
