"""A few runs of each campaign over changes; the counts come from script/campaign."""

from __future__ import annotations

import json

import pytest

from bench.campaigns import cut_management, kill_runner, upgrade
from bench.campaigns._room import mroom

pytestmark = [pytest.mark.twin, pytest.mark.timeout(900)]

CUTS = [
    ("sw-m-fac", "SSH for another user", "alive", "applied"),
    ("core-m2", "OSPF off", "killed and no route", "armed"),
]


@pytest.fixture(scope="module", autouse=True)
def as_before(twin):
    """What the runs left is as the inventory says in the end."""
    yield
    assert mroom(twin, "apply", "--only", "network")[0] == 0


@pytest.mark.parametrize(("device", "cut", "mode", "moment"), CUTS, ids=[row[1] for row in CUTS])
def test_a_device_that_was_cut_off_comes_back_by_itself(twin, device, cut, mode, moment):
    edits = {**cut_management.CUTS, **cut_management.ROUTER_CUTS}[cut]
    row = cut_management.one(twin, device, edits, mode, moment)
    assert row["ok"], json.dumps(row)


STEPS = [("sw-m-fac", "about to confirm", False), ("core-m2", "drained", True)]


@pytest.mark.parametrize(("number", "case"), list(enumerate(STEPS)), ids=[row[1] for row in STEPS])
def test_after_a_killed_runner_the_next_apply_needs_no_hand(twin, number, case):
    device, step, at_once = case
    row = kill_runner.one(twin, device, step, 1000 + number, at_once=at_once)
    assert row["ok"], json.dumps(row)


def test_a_planned_restart_of_a_router_loses_nothing(twin):
    assert mroom(twin, "apply", "--only", "network")[0] == 0  # the router alone shall differ
    upgrade.serving(twin)
    try:
        row = upgrade.one(twin, next(turn for turn in upgrade.TURNS if turn.router == "core-m1"))
    finally:
        upgrade.silence(twin)
    assert row["ok"], json.dumps(row)
