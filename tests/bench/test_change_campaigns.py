"""What the campaigns over changes will do, run by run."""

from __future__ import annotations

from pathlib import Path

import pytest

import inventory
from bench.campaigns import cut_management, kill_runner, upgrade
from network.change.compare import managed

SITE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"


@pytest.fixture(scope="module")
def site():
    return inventory.load(SITE)


def test_cuts_are_drawn_over_all_devices_and_kinds(site):
    drawn = [cut_management.drawn(site, 1, number) for number in range(50)]
    assert {device for device, _, _ in drawn} == set(managed(site))
    assert {name for _, name, _ in drawn} == {*cut_management.CUTS, *cut_management.ROUTER_CUTS}


def test_every_step_of_a_change_has_its_run():
    for start, device in ((0, "core-s1"), (len(kill_runner.steps("core-s1")), "sw-m-fac")):
        names = kill_runner.steps(device)
        assert [kill_runner.planned(start + n)[:2] for n in range(len(names))] == [(device, name) for name in names]


def test_the_routers_have_their_turns(site):
    routers = {device for device in managed(site) if site.devices[device].loopback}
    assert {turn.router for turn in upgrade.TURNS} == routers - {"core-t1"}
    for turn in upgrade.TURNS:
        assert turn.router in {end.device for end in site.lines[turn.flow.line].ends}
