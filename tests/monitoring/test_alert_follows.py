"""One cause, one alarm: what inhibits what, by the graph and in a real Alertmanager."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from inventory.graph.impact import impact
from inventory.secrets import SecretUnavailable
from journal import Journal
from journal.changes import record
from monitoring.alerts import write
from monitoring.alerts.definition import LIFE
from monitoring.alerts.delivery import load as delivery
from monitoring.alerts.follows import hidden, inhibit_rules, lost
from monitoring.alerts.routes import cluster, configuration
from monitoring.alerts.rules import rule
from monitoring.alerts.windows import LONGEST, windows
from tests.monitoring.alerting import DAY, SITE, ground
from tests.monitoring.running_alertmanager import alertmanager

FACT = ("PduDead", "DeviceSilent", "AreaBlind", "SensorMissing", "DeviceReportsFault")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("alerts")
    write(SITE, found, state=Path("/var/lib/mroom"), today=DAY)
    return found


def labels(alert: str, element: str) -> dict[str, str]:
    """Those that the rule gives."""
    one = next((a, s) for a, s in ground().made if (a.id, s.id) == (alert, element))
    return {"alertname": alert, **rule(ground(), *one)["labels"]}


def test_what_goes_down_with_an_element_is_what_impact_says():
    falls = lost(ground())
    for element in ("ups-s-a", "pdu-s-r2-a", "line-a", "utility-s", "core-s1"):
        gone = {*impact(SITE, ground().graph, [element]).lost}
        gone |= {line.id for line in SITE.lines.values() if element in {end.device for end in line.ends}}
        about = {subject.id for _, subject in ground().made if set(subject.nodes) <= gone}
        assert falls[element] <= about
    assert {"pdu-s-r1-a", "env-s", "rec-s", "smok-s-cold"} <= falls["ups-s-a"]
    assert not falls["ups-s-a"] & {"ups-s-b", "core-s1", "mainframe", "pdu-s-r1-b"}
    assert {"cooler-s1", "ups-s-a", "ups-s-b", "line-a", "line-b", "noc", "core-s1"} <= falls["second"]


def test_nothing_inhibits_its_own_cause():
    for follows in (lost(ground()), hidden(ground())):
        for cause, effects in follows.items():
            assert cause not in effects
            assert [one for one in effects if cause in follows.get(one, ())] == []


def test_only_what_lies_behind_a_switch_is_hidden_by_it():
    hides = hidden(ground())
    assert {"ups-s-a", "env-s", "temp-s-cold", "s-cold"} <= hides["sw-s-fac"]
    assert not hides["sw-s-fac"] & {"ups-c-a", "core-s1", "env-c"}
    assert hides["core-s1"] == frozenset()  # core-s2 leads there, too
    assert {"temp-s-cold", "s-desk"} <= hides["env-s"]


def test_smoke_and_water_are_inhibited_by_nothing(folder):
    falling = [one for one in inhibit_rules(ground()) if any("element=~" in word for word in one["target_matchers"])]
    assert falling
    for one in falling:
        named = [word for word in one["target_matchers"] if word.startswith("alertname")]
        assert named == [f'alertname!~"{"|".join(LIFE)}"'] or not any(life in named[0] for life in LIFE)


def test_amtool_takes_the_configuration(folder):
    done = subprocess.run(
        ["amtool", "check-config", str(folder / "alertmanager.yaml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("receiver", "alert", "element"),
    [
        ("facility-desk", "UpsDead", "ups-s-a"),
        ("facility-desk", "SmokeDetected", "smok-s-ups"),
        ("ict-network", "PairDegraded", "line-a+line-b"),
        ("carrier-desk", "LineDown", "outside-a"),
        ("core-systems", "SystemDown", "mainframe"),
        ("fire", "SystemDown", "fire-dispatch"),
        ("noc-desk", "NoAlertmanager", "nishinomiya"),
        ("page", "GeneratorRunning", "gen-s"),
        ("dead-man", "Watchdog", "nishinomiya"),
    ],
)
def test_each_alert_is_routed_to_who_answers_for_it(receiver, alert, element, folder):
    words = [f"{name}={value}" for name, value in labels(alert, element).items() if value]
    command = ["amtool", "config", "routes", "test", f"--config.file={folder / 'alertmanager.yaml'}",
               f"--verify.receivers={receiver}", *words]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_secrets_are_files_that_are_named_and_never_their_content(folder):
    text = (folder / "alertmanager.yaml").read_text()
    assert "/var/lib/mroom/keys/alert-mail" in text
    assert "file:/" not in text
    assert "file:$" not in text
    loose = delivery().model_copy(update={"mail": delivery().mail.model_copy(update={"password": "env:MAIL"})})
    with pytest.raises(SecretUnavailable, match="must be a file"):
        configuration(ground(), loose, Path("/var/lib/mroom"))


def test_the_noc_nodes_are_one_cluster(folder):
    assert set(cluster(ground())) == {"noc", "noc-b"}
    words = (folder / "alertmanager-noc.args").read_text().splitlines()
    assert "--cluster.listen-address=198.18.36.11:9094" in words
    assert "--cluster.peer=198.18.19.11:9094" in words
    assert not any("198.18.36.11" in word for word in words if word.startswith("--cluster.peer="))


def journal_with(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "state")
    record(journal, "c-1", "begun", author="sato", objects=["line-a"])
    record(journal, "c-2", "begun", author="kato", objects=["line-b"])
    record(journal, "c-2", "confirmed", author="kato", objects=["line-b"])
    journal.append("drill-begun", {"run": "r-1", "drill": "feed-loss", "element": "ups-c-a"})
    journal.append("drill-begun", {"run": "r-2", "drill": "line-cut", "element": "outside-a"})
    journal.append("drill", {"run": "r-2"})
    return journal


def test_what_is_open_in_the_journal_is_a_window_and_what_has_ended_is_none(tmp_path):
    journal = journal_with(tmp_path)
    now = dt.datetime.now(dt.UTC)
    found = {one.id: one for one in windows(ground(), journal, now)}
    assert set(found) == {"c-1", "r-1"}
    assert {"line-a", "line-a+line-b"} <= set(found["c-1"].elements)
    assert "line-b" not in found["c-1"].elements
    assert {"ups-c-a", "env-c", "pdu-c-r1-a"} <= set(found["r-1"].elements)
    assert windows(ground(), journal, now + LONGEST) == []


def test_a_dead_ups_is_one_alert_in_a_real_alertmanager(folder, tmp_path):
    """With all that follows from it, and with smoke, which it must not hide; then a window silences it, not smoke."""
    falls = lost(ground())["ups-s-a"]
    fired = {("UpsDead", "ups-s-a")}
    fired |= {(alert.id, subject.id) for alert, subject in ground().made if alert.id in FACT and subject.id in falls}
    fired |= {("UpsOnBattery", "ups-s-a"), ("DeviceSilent", "ups-s-a")}
    smoke, other = ("SmokeDetected", "smok-s-cold"), ("DeviceSilent", "core-s1")
    begin = dt.datetime.now(dt.UTC).isoformat()
    with alertmanager(tmp_path, folder / "alertmanager.yaml") as running:
        effects = fired - {("UpsDead", "ups-s-a"), ("UpsOnBattery", "ups-s-a"), ("DeviceSilent", "ups-s-a")}
        assert len(effects) > 20
        alone = {("PduDead", "pdu-s-r1-a"), ("UpsOnBattery", "ups-s-b")}
        running.post("alerts", [{"labels": labels(*one), "startsAt": begin} for one in alone])
        assert running.settled(len(alone), alone) == alone  # an effect never hides its cause, nor a neighbour
        running.post("alerts", [{"labels": labels(*one), "startsAt": begin} for one in {*fired, smoke, other}])
        wanted = {("UpsDead", "ups-s-a"), ("UpsOnBattery", "ups-s-b"), smoke, other}
        count = len(fired | alone | {smoke, other})
        assert running.settled(count, wanted) == wanted
        cause = running.alerts()["PduDead", "pdu-s-r1-a"]
        assert (cause["state"], len(cause["inhibitedBy"])) == ("suppressed", 1)

        journal = Journal(tmp_path / "state")
        record(journal, "c-9", "begun", author="sato", objects=["ups-s-a"])
        (window,) = windows(ground(), journal, dt.datetime.now(dt.UTC))
        running.post("silences", window.document())
        wanted.remove(("UpsDead", "ups-s-a"))
        assert running.settled(count, wanted) == wanted
