"""The physics of a building: battery, generator, fuel, heat; and what can be set in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import inventory
from inventory.model import Site
from twin.facility import setting, tables
from twin.facility.physics import SET_POINT_CELSIUS, Plant
from twin.facility.plan import plan

FEWEST_ROWS = 5
SITE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"


@pytest.fixture(scope="module")
def site() -> Site:
    return inventory.load(SITE)


@pytest.fixture
def plant(site: Site) -> Plant:
    return Plant(plan(site, "agent-s"))


def test_nothing_changes_while_all_is_well(plant: Plant) -> None:
    before = tables.rows(plant, "ups-s-a"), dict(plant.rooms)
    plant.step(3600)
    assert (tables.rows(plant, "ups-s-a"), plant.rooms) == (before[0], pytest.approx(before[1]))


def test_a_lost_feed_goes_to_the_battery_and_then_to_the_generator(plant: Plant) -> None:
    plant.out.add("utility-s")
    plant.step(30)
    assert plant.source("ats-s-a") is None
    assert {"ups-s-a", "pdu-s-r1-a"} <= plant.live, "the battery carries"
    assert plant.batteries["ups-s-a"].on_battery == pytest.approx(30)
    plant.step(15)  # the generator starts in 40 s
    assert plant.source("ats-s-a") == "gen-s"
    assert plant.batteries["ups-s-a"].on_battery == 0


def test_the_battery_lasts_as_long_as_the_inventory_says(plant: Plant, site: Site) -> None:
    plant.out |= {"utility-s", "gen-s"}
    plant.step(site.ups["ups-s-a"].runtime_seconds - 5)
    assert "ups-s-a" in plant.live
    plant.step(10)
    assert not plant.live, "the building is dark"


def test_one_battery_alone_lasts_half_as_long(plant: Plant, site: Site) -> None:
    plant.out |= {"utility-s", "gen-s", "ups-s-b"}
    plant.step(0)
    assert plant.remaining_seconds("ups-s-a") == pytest.approx(site.ups["ups-s-a"].runtime_seconds / 2)


def test_fuel_burns_at_the_rate_of_the_inventory_and_ends(plant: Plant, site: Site) -> None:
    generator = site.generators["gen-s"]
    plant.out.add("utility-s")
    plant.step(generator.start_seconds + 3600)
    burnt = generator.tank_litres - plant.generators["gen-s"].litres
    assert burnt == pytest.approx(generator.burn_litres_per_hour, rel=0.01)
    plant.generators["gen-s"].litres = 0.01
    plant.step(10)
    assert plant.generators["gen-s"].state == "empty"
    assert plant.source("ats-s-a") is None


def test_commercial_power_comes_back_and_the_generator_stops(plant: Plant) -> None:
    plant.out.add("utility-s")
    plant.step(60)
    plant.out.clear()
    plant.step(30)
    assert (plant.source("ats-s-a"), plant.generators["gen-s"].state) == ("utility-s", "running")
    plant.step(60)
    assert plant.generators["gen-s"].state == "off"


def test_a_room_without_coolers_running_warms_and_cools_down_again(plant: Plant) -> None:
    plant.out |= {"cooler-s1", "cooler-s2", "cooler-s3"}
    plant.step(400)
    assert SET_POINT_CELSIUS + 8 < plant.rooms["s-room"] < SET_POINT_CELSIUS + 13
    assert plant.reading("temp-s-hot") > plant.reading("temp-s-cold")
    assert plant.reading("humi-s-cold") < 35, "the same air is drier when it is warm"
    plant.out = {"cooler-s1", "cooler-s2"}
    plant.step(1800)
    assert plant.rooms["s-room"] == pytest.approx(SET_POINT_CELSIUS, abs=0.5), "one cooler is enough for this load"


@pytest.mark.parametrize(
    ("element", "key", "text", "message"),
    [
        (
            "temp-s-cold",
            "temperature",
            "warm",
            "expected a number from -40 to 125 degrees Celsius, or auto, found 'warm'",
        ),
        ("temp-s-cold", "temperature", "nan", "expected a number"),
        ("temp-s-cold", "leak", "1", "temp-s-cold has no 'leak'; it takes temperature"),
        ("ups-s-a", "battery", "1.5", "expected a number from 0 to 1 as a share of full"),
        ("gen-s", "fuel", "9000", "from 0 to 8000 litres"),
        ("gen-s", "out", "auto", "found 'auto'"),
        ("second", "factor", "1e9", "from 0 to 3600 times as fast as the clock"),
    ],
)
def test_what_cannot_be_set_says_what_can(plant: Plant, element: str, key: str, text: str, message: str) -> None:
    with pytest.raises(setting.SettingError, match=re.escape(message)):
        setting.check(plant.plan, element, key, text)


@pytest.mark.parametrize(
    ("element", "key", "value", "device", "oid", "shown"),
    [
        ("temp-s-cold", "temperature", 36.5, "env-s", f"{tables.SENSOR}.4.2", "365"),
        ("leak-s-cold", "leak", 1, "env-s", f"{tables.SENSOR}.4.4", "1"),
        ("ups-s-a", "battery", 0.5, "ups-s-a", f"{tables.UPS_MIB}.2.4.0", "50"),
        ("gen-s", "fuel", 4000, "gen-s", f"{tables.SENSOR}.4.2", "40000"),
        ("utility-s", "out", 1, "ats-s-a", f"{tables.SWITCH}.1.3.0", "1"),
        ("utility-s", "out", 1, "ups-s-a", f"{tables.UPS_MIB}.4.1.0", "5"),
    ],
)
def test_what_is_set_is_what_the_agent_shows(
    plant: Plant, element: str, key: str, value: float, device: str, oid: str, shown: str
) -> None:
    setting.apply(plant, element, key, value)
    rows = {row[0]: row[2] for row in tables.rows(plant, device)}
    assert rows[oid] == shown


def test_every_device_of_every_building_shows_something_sorted(site: Site) -> None:
    for agent in ("agent-m", "agent-c", "agent-s"):
        own = Plant(plan(site, agent))
        for name in own.plan["agents"]:
            oids: list[Any] = [[int(part) for part in row[0][1:].split(".")] for row in tables.rows(own, name)]
            assert oids == sorted(oids), name
            assert len(oids) > FEWEST_ROWS, name
