"""The facility's SNMP agents, asked as the NOC asks them: what is set or broken is what they show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.twin.look import mroom, snmp
from twin.facility import tables
from twin.facility.plan import plan
from twin.room import Twin
from twin.wait import until

OUTPUT_SOURCE = f"{tables.UPS_MIB}.4.1.0"
ON_BATTERY, NORMAL = "5", "3"


def shown(twin: Twin, folder: Path, element: str, oid: str) -> str:
    address = next(
        own["agents"][element]["address"]
        for agent in ("agent-m", "agent-c", "agent-s")
        if element in (own := plan(twin.site, agent))["agents"]
    )
    found = snmp(twin, folder, "snmpget", address, oid)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip(' \n"')


@pytest.mark.parametrize("agent", ["agent-m", "agent-c", "agent-s"])
def test_every_device_of_the_facility_answers_at_its_own_address(twin: Twin, tmp_path: Path, agent: str) -> None:
    for name, device in plan(twin.site, agent)["agents"].items():
        assert snmp(twin, tmp_path, "snmpget", device["address"], "1.3.6.1.2.1.1.5.0").stdout.strip(' \n"') == name
        rows = snmp(twin, tmp_path, "snmpwalk", device["address"], tables.ROOTS[device["kind"]][-1])
        assert rows.returncode == 0
        assert len(rows.stdout.splitlines()) > 3, name


def test_a_temperature_that_was_set_is_shown_until_auto(twin: Twin, tmp_path: Path) -> None:
    oid = f"{tables.SENSOR}.4.2"
    usual = shown(twin, tmp_path, "env-s", oid)
    done = mroom(twin.where, "twin", "set", "temp-s-cold", "temperature=36.5", "--json")
    try:
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["plant"]["pinned"] == {"temp-s-cold": 36.5}
        assert shown(twin, tmp_path, "env-s", oid) == "365"
    finally:
        twin.set("temp-s-cold", {"temperature": "auto"})
    assert abs(int(shown(twin, tmp_path, "env-s", oid)) - int(usual)) <= 2


def test_breaking_commercial_power_puts_the_ups_on_battery_and_mending_takes_it_back(
    twin: Twin, tmp_path: Path
) -> None:
    assert shown(twin, tmp_path, "ups-c-a", OUTPUT_SOURCE) == NORMAL
    twin.break_("utility-c")
    try:
        assert shown(twin, tmp_path, "ups-c-a", OUTPUT_SOURCE) == ON_BATTERY
        twin.set("computer", {"factor": "60"})  # the generator starts within 40 s of the plant's own time
        assert not until(
            lambda: [] if shown(twin, tmp_path, "ups-c-a", OUTPUT_SOURCE) == NORMAL else ["on battery"], 20
        )
    finally:
        twin.mend("utility-c")
        twin.set("computer", {"factor": "1"})
    assert twin.set("computer", {"factor": "1"})["out"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["temp-s-cold", "temperature=warm"], "expected a number from -40 to 125 degrees Celsius, or auto"),
        (["temp-s-cold", "leak=1", "smoke=1"], "has no 'smoke'"),
        (["core-s1", "leak=1"], "nothing of 'core-s1' can be set"),
        (["no-such-thing", "leak=1"], "nothing of 'no-such-thing' can be set"),
        (["temp-s-cold", "temperature"], "expected KEY=VALUE, found temperature"),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(twin: Twin, words: list[str], message: str) -> None:
    refused = mroom(twin.where, "twin", "set", *words)
    assert refused.returncode == 2
    assert message in refused.stderr
