"""What traps mean, and that many of them are one alarm: the one that the poll's state fires."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest

from monitoring.alerts.catalogue import load as alerts
from monitoring.alerts.rules import rule
from monitoring.alerts.text import document
from monitoring.snmp.credential import Community
from monitoring.snmp.session import Session
from monitoring.traps.alarms import Alarms
from monitoring.traps.meaning import HOLD_SECONDS, Dictionary, MeaningsInvalid, load_all
from monitoring.traps.notification import Notification
from monitoring.traps.ports import IF_DESCR, IF_INDEX, IF_NAME, Ports, index_of
from tests.monitoring.alerting import ground, plants, promtool, series
from tests.monitoring.responder import Device, Responder

UPS_ALARM, COLD, DOWN, UP = "1.3.6.1.2.1.33.1.6.3", *(f"1.3.6.1.6.3.1.1.5.{n}" for n in (1, 3, 4))
ENTRY_ADDED, ALARM_DESCR = "1.3.6.1.2.1.33.2.3", "1.3.6.1.2.1.33.1.6.2.1.2"
POWERNET = "1.3.6.1.4.1.318.0"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def alarms(clock):
    return Alarms(ground(), clock)


@pytest.fixture
def outlet(alarms):
    """What an Alertmanager would be told."""
    return alarms.outlet()


def said(trap: str, **values: object) -> Notification:
    return Notification("198.18.36.111", "v3", inform=False, trap=trap, values=values)


def meaning(trap: str, values: dict | None = None):
    return Dictionary(load_all()).of(Notification("198.18.36.111", "v3", inform=False, trap=trap, values=values or {}))


@pytest.mark.parametrize(
    ("trap", "values", "element", "port", "alert", "about"),
    [
        ("1.3.6.1.2.1.33.2.1", {}, "ups-s-a", None, "UpsOnBattery", "ups-s-a"),
        (ENTRY_ADDED, {f"{ALARM_DESCR}.7": f"{UPS_ALARM}.2"}, "ups-s-a", None, "UpsOnBattery", "ups-s-a"),
        (ENTRY_ADDED, {f"{ALARM_DESCR}.1": f"{UPS_ALARM}.4"}, "ups-c-b", None, "UpsBatteryLow", "ups-c-b"),
        (ENTRY_ADDED, {f"{ALARM_DESCR}.1": f"{UPS_ALARM}.8"}, "ups-c-b", None, "UpsLoadHigh", "ups-c-b"),
        (ENTRY_ADDED, {f"{ALARM_DESCR}.1": f"{UPS_ALARM}.16"}, "ups-c-b", None, "DeviceReportsFault", "ups-c-b"),
        (COLD, {}, "core-s1", None, "DeviceRestarted", "core-s1"),
        (DOWN, {}, "core-s2", "line-b", "LineDown", "line-b"),
        (DOWN, {}, "core-s2", "eth9", "PortDown", "core-s2"),
        ("1.3.6.1.6.3.1.1.5.5", {}, "pdu-s-r1-a", None, "DeviceRefusedSender", "pdu-s-r1-a"),
        (f"{POWERNET}.5", {}, "ups-m-a", None, "UpsOnBattery", "ups-m-a"),
        (f"{POWERNET}.127", {}, "ats-s-a", None, "DeviceReportsFault", "ats-s-a"),
        (f"{POWERNET}.276", {}, "pdu-s-r1-a", None, "DeviceReportsFault", "pdu-s-r1-a"),
    ],
)  # fmt: skip
def test_a_trap_raises_the_alarm_that_it_means(trap, values, element, port, alert, about, alarms, outlet):
    assert alarms.heard(meaning(trap, values), element, port)
    (alarm,) = outlet.take()
    assert (alarm.alert, alarm.element, alarm.labels["alertname"], alarm.labels["element"]) == (alert, about) * 2


def test_an_alarm_that_its_element_cannot_have_means_nothing(alarms, outlet):
    assert not alarms.heard(meaning("1.3.6.1.2.1.33.2.1"), "pdu-s-r1-a")
    assert outlet.take() == []


def test_what_only_is_known_means_nothing_and_is_no_fault(alarms, outlet):
    assert alarms.heard(meaning(f"{POWERNET}.126"), "ats-s-a")
    assert outlet.take() == []


def test_many_traps_are_one_alarm_that_is_told_again_before_it_ends(alarms, clock, outlet):
    trap, told = meaning("1.3.6.1.2.1.33.2.1"), []
    for _ in range(2000):
        clock.now += 0.1
        alarms.heard(trap, "ups-s-a")
        for alarm in outlet.take():
            told.append((clock.now, alarm.end))
            assert alarm.begin == pytest.approx(Clock.now + 0.1)
    assert (alarm.traps, len(told)) == (2000, 4)
    assert all(after[0] < before[1] for before, after in pairwise(told))
    assert [one.alert for one in alarms.standing()] == ["UpsOnBattery"]


def test_an_alarm_ends_by_itself_or_by_what_clears_it(alarms, clock, outlet):
    alarms.heard(meaning("1.3.6.1.2.1.33.2.1"), "ups-s-a")
    alarms.heard(meaning(DOWN), "core-s2", "line-b")
    assert {alarm.alert for alarm in outlet.take()} == {"UpsOnBattery", "LineDown"}
    clock.now += 5
    alarms.heard(meaning(UP), "core-s2", "line-b")
    (alarm,) = outlet.take()
    assert (alarm.alert, alarm.end) == ("LineDown", clock.now)
    alarms.heard(meaning(UP), "core-s2", "line-b")
    assert outlet.take() == []
    clock.now += HOLD_SECONDS
    assert list(alarms.standing()) == []


def test_each_alertmanager_is_told_by_itself(alarms, outlet):
    other = alarms.outlet()
    alarms.heard(meaning("1.3.6.1.2.1.33.2.1"), "ups-s-a")
    taken = outlet.take()
    assert outlet.take() == []
    assert not outlet.some.is_set()
    outlet.add(taken[0].key)  # it did not answer
    assert (outlet.take(), other.take()) == (taken, taken)
    document = taken[0].document()
    assert json.loads(json.dumps(document))["annotations"]["trap"] == "upsTrapOnBattery"
    assert document["endsAt"] > document["startsAt"]


def test_every_alarm_of_a_file_exists_for_some_element():
    made = {alert.id for alert, _ in ground().made}
    for one in load_all():
        for trap in one.traps:
            assert {name for name in (trap.raises, trap.otherwise, *trap.clears) if name} <= made, trap.name


def test_faults_of_a_file_are_told_with_their_lines(tmp_path):
    (tmp_path / "wrong.yaml").write_text(
        "title: Wrong\nsource: none\ntraps:\n  - {trap: 1.3.6, name: one, raises: UpsOnBatery}\n"
        "  - {trap: 1.3.7, name: two, raises: UpsOnBattery, clears: [UpsDead]}\n")  # fmt: skip
    with pytest.raises(MeaningsInvalid) as error:
        load_all(tmp_path)
    assert "wrong.yaml:4:" in str(error.value)
    assert "did you mean 'UpsOnBattery'" in str(error.value) or "UpsOnBattery" in str(error.value)
    assert "wrong.yaml:5:" in str(error.value)


def test_the_poll_fires_the_very_same_alarm(tmp_path, alarms, outlet):
    """Labels as Prometheus makes them from the rules, compared by promtool to the last one."""
    rooms = plants()
    rooms["agent-s"].out.update({"utility-s", "gen-s"})
    rooms["agent-s"].step(2.0)
    given = series(rooms, down=frozenset({"line-a"}))
    for alert, element in (("DeviceRestarted", "core-s1"), ("PortDown", "sw-s-fac")):
        name = f'mroom_trap_active{{alert="{alert}",element="{element}",job="mroom-traps",instance="a"}}'
        given[name] = "1x9"
    heard = [("1.3.6.1.2.1.33.2.1", "ups-s-a", None), (f"{POWERNET}.3", "ups-s-a", None), (DOWN, "core-s1", "line-a"),
             (COLD, "core-s1", None), (DOWN, "sw-s-fac", "eth1")]  # fmt: skip
    for trap, element, port in heard:
        assert alarms.heard(meaning(trap), element, port)
    taken = outlet.take()
    assert len(taken) == len(heard)
    keys = {(alarm.alert, alarm.element) for alarm in taken}
    made = [rule(ground(), *one) for one in ground().made if (one[0].id, one[1].id) in keys]
    (tmp_path / "rules.yaml").write_text(document({"groups": [{"name": "rules", "rules": made}]}), encoding="utf-8")
    one = {"interval": "5m", "input_series": [{"series": name, "values": values} for name, values in given.items()],
           "promql_expr_test": [fires(alarm.labels) for alarm in taken]}  # fmt: skip
    assert promtool(tmp_path, tmp_path, [one], only="rules") == ""
    one["promql_expr_test"].append(fires({**taken[0].labels, "owner": "nobody"}))
    assert "nobody" in promtool(tmp_path, tmp_path, [one], only="rules")


def fires(labels):
    found = ",".join(f'{name}="{value}"' for name, value in {**labels, "alertstate": "firing"}.items())
    expr = f'ALERTS{{alertname="{labels["alertname"]}",element="{labels["element"]}"}}'
    return {"expr": expr, "eval_time": "35m", "exp_samples": [{"labels": f"ALERTS{{{found}}}", "value": 1}]}


def test_rules_over_a_trap_alone_name_what_some_file_raises():
    raised = {name for one in load_all() for trap in one.traps for name in (trap.raises, trap.otherwise)}
    for alert in alerts():
        if "mroom_trap_active" in alert.expr:
            assert alert.id in raised
            assert f'alert="{alert.id}"' in alert.expr


@pytest.fixture
def responder():
    with Responder() as running:
        yield running


def test_a_port_is_told_by_the_trap_or_asked_of_the_device(responder):
    device = Device({f"{IF_NAME}.7": ("4", b"line-b"), f"{IF_DESCR}.8": ("4", b"eth8")})
    port = responder.serve(device)
    ports = Ports(Community("public"), lambda *_: Session("127.0.0.1", port, Community("public"), timeout_seconds=0.2))
    trap = said(DOWN, **{f"{IF_INDEX}.7": 7})
    assert (ports.told(trap, "core-s2"), index_of(trap)) == (None, 7)
    assert asyncio.run(ports.ask("core-s2", "127.0.0.1", 7)) == "line-b"
    assert ports.told(trap, "core-s2") == "line-b"
    assert asyncio.run(ports.ask("core-s2", "127.0.0.1", 8)) == "eth8"
    ports.forget("core-s2")
    assert ports.told(trap, "core-s2") is None
    assert ports.told(said(DOWN, **{f"{IF_INDEX}.7": 7, f"{IF_DESCR}.7": b"line-a"}), "core-s2") == "line-a"
    device.drop = lambda _: True
    assert asyncio.run(ports.ask("core-s2", "127.0.0.1", 7)) is None
    assert index_of(said(DOWN)) is None
