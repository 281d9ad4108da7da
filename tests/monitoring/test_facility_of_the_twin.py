"""What the agents of the twin's facility answer is understood by the device files, without booting a twin."""

from __future__ import annotations

from pathlib import Path

import pytest

import inventory
from monitoring.devices import load_all
from monitoring.sensors.decode import decode
from monitoring.sensors.match import SYS_OBJECT_ID, matching
from twin.facility import tables
from twin.facility.physics import Plant
from twin.facility.plan import plan

SHELF = load_all()
SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
PLANT = Plant(plan(SITE, "agent-s"))
AGENTS = PLANT.plan["agents"]


def readings(element):
    kind = AGENTS[element]["kind"]
    values = {SYS_OBJECT_ID: tables.IDENTITY.get(kind, ".1.3.6.1.4.1.8072.3.2.10").lstrip(".")}
    for oid, type_, value in tables.rows(PLANT, element):
        values[oid.lstrip(".")] = int(value) if type_ in {"integer", "gauge", "counter"} else value.encode()
    return decode(matching(SHELF, values), values)


@pytest.mark.parametrize("element", AGENTS)
def test_every_agent_is_understood(element):
    assert readings(element)
    assert all(row.value == row.value for row in readings(element))


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        ("ups", {"state", "runtime", "charge", "voltage", "frequency", "load", "power", "current", "temperature"}),
        ("pdus", {"state", "power", "current", "voltage"}),
        ("ats", {"state", "voltage", "frequency"}),
        ("generators", {"volume", "runtime", "fanspeed", "voltage", "state"}),
        ("coolers", {"temperature", "power", "state"}),
        ("monitors", {"temperature", "humidity", "state"}),
    ],
)
def test_each_kind_tells_what_it_measures(kind, classes):
    for element in (name for name, agent in AGENTS.items() if agent["kind"] == kind):
        assert classes <= {row.class_ for row in readings(element)}


def test_fuel_and_its_hours_are_told_in_base_units():
    (element,) = [name for name, agent in AGENTS.items() if agent["kind"] == "generators"][:1]
    by_name = {row.descr: row for row in readings(element)}
    litres = PLANT.generators[element].litres
    hours = litres / PLANT.plan["generators"][element]["burn_litres_per_hour"]
    assert by_name["Fuel level"].value == pytest.approx(litres, abs=0.1)
    assert by_name["Run time left at full burn"].value / 60 == pytest.approx(hours, abs=0.1)


def test_what_is_true_of_a_leak_or_of_smoke_is_an_alarm():
    alarms = [row for name, agent in AGENTS.items() if agent["kind"] == "monitors" for row in readings(name)
              if row.group in {"leak", "smoke"}]  # fmt: skip
    assert alarms
    assert {(row.value, row.state, row.severity) for row in alarms} == {(2, "false", "ok")}
    definitions = matching(SHELF, {})
    base = {"1.3.6.1.2.1.99.1.1.1.1.7": 12, "1.3.6.1.2.1.99.1.1.1.5.7": 1, "1.3.6.1.2.1.99.1.1.1.4.7": 1}
    for unit, severity in ((b"leak", "critical"), (b"smoke", "critical"), (b"truth", "ok")):
        (row,) = decode(definitions, {**base, "1.3.6.1.2.1.99.1.1.1.6.7": unit})
        assert row.severity == severity
