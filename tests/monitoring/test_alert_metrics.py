"""The table of metrics is true: what it says is emitted is, with the labels that the rules use, and the rest is not."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry, generate_latest

from monitoring.alerts.metrics import ENTRY, EXPORTER, NOBODY, OWN, RULES, TRAPS, table
from monitoring.alerts.rules import WRITTEN, recorded
from monitoring.devices import load_all
from monitoring.entry.metrics import EntryCollector
from monitoring.exporter.own import Own
from monitoring.exporter.recipe import learn
from monitoring.exporter.result import result_text
from monitoring.exporter.scrape import Scraped
from monitoring.exporter.slots import Slots
from monitoring.exporter.target import Targets
from monitoring.sensors.classes import CLASSES
from monitoring.sensors.match import matching
from monitoring.traps.alarms import Alarms
from monitoring.traps.intake import Intake
from monitoring.traps.meaning import load_all as load_traps
from monitoring.traps.notification import Notification
from monitoring.traps.own import Own as TrapsOwn
from monitoring.traps.usm import Users
from tests.monitoring import recordings
from tests.monitoring.alerting import ground, plants, said
from tests.monitoring.entries import Room, line
from tests.monitoring.running import samples

MONITORING = Path(__file__).parents[2] / "monitoring"


def names(by: str) -> set[str]:
    return {one.name for one in table().values() if one.by == by}


def test_what_the_exporter_says_of_itself_is_there():
    own = Own(Targets(), Slots())
    own.probed(Scraped(success=False, seconds=0.1))
    assert names(OWN) <= {name for name, _ in samples(own.text().decode())}


def test_what_the_exporter_says_of_devices_is_there():
    """Sensors by the recordings and the twin's agents; a class that no recording has is named by its code alone."""
    seen = {name for plant in plants().values() for element in plant.plan["agents"] for name, _ in samples(
        said(plant, element))}  # fmt: skip
    for name in recordings.NAMES:
        values = recordings.values(recordings.load(name))
        seen |= {one for one, _ in samples(learn(matching(load_all(), values), values).render(values))}
    probe = result_text(Scraped(success=False, seconds=0.1, reason="silent"))
    assert {"mroom_probe_success", "mroom_probe_duration_seconds", "mroom_probe_failure_info"} <= {
        name for name, _ in samples(probe)}  # fmt: skip
    assert {name for name in seen if name not in table()} == set()
    what = ["voltage_volts", "state_info", "severity", "load_ratio", "runtime_seconds"]
    what += ["temperature_celsius", "humidity_ratio"]
    assert {f"mroom_sensor_{one}" for one in what} <= seen
    assert all(CLASSES[class_].metric in names(EXPORTER) for class_ in CLASSES)


def test_what_the_exporter_says_of_entry_records_is_there(tmp_path):
    room = Room(tmp_path)
    room.write(line(1, result="forced", card=None, direction="none") + line(2))
    room.turn()
    registry = CollectorRegistry()
    registry.register(EntryCollector(room.state))
    assert names(ENTRY) <= {name for name, _ in samples(generate_latest(registry).decode())}


def test_what_the_receiver_of_traps_says_is_there():
    alarms = Alarms(ground())
    assert alarms.heard(next(trap for one in load_traps() for trap in one.traps if trap.raises), "ups-s-a")
    intake = Intake("127.0.0.1", 0, lambda *_: None)
    with intake.socket:
        own = TrapsOwn(intake, alarms, Users([]))
        own.taken(Notification("127.0.0.1", "v3", inform=False, trap="1.3.6", values={}))
        seen = samples(own.text().decode())
    assert names(TRAPS) <= {name for name, _ in seen}
    labels = {name: set(dict(pairs)) for name, pairs in seen}
    for one in table().values():
        if one.by == TRAPS:
            assert labels[one.name] == set(filter(None, one.labels.split(", "))), one.name


def test_what_rules_record_is_what_the_table_says():
    written = yaml.safe_load(WRITTEN.read_text())
    made = {rule["record"] for group in written["groups"] for rule in group["rules"]}
    assert made | {rule["record"] for rule in recorded(ground())} == names(RULES)


def test_what_is_not_emitted_yet_is_named_nowhere_else_in_the_code():
    """The day it is emitted, its line of the table must change, and with it the list of alerts that cannot fire."""
    readers = {"alerts", "dashboards", "page"}
    code = [path.read_text(encoding="utf-8") for path in MONITORING.rglob("*.py") if readers.isdisjoint(path.parts)]
    found = {
        name for name in names(NOBODY) if any(re.search(rf"\b{name.removesuffix('_total')}\b", text) for text in code)
    }
    assert found == set()
