"""The rules as Prometheus reads them, against what the exporter really says of the twin's facility."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from monitoring.alerts import AlertsInvalid, write
from monitoring.alerts.catalogue import load
from monitoring.alerts.definition import LIFE
from monitoring.alerts.redundancy import State
from monitoring.alerts.rules import Ground, rule
from monitoring.alerts.text import one_of
from tests.monitoring.alerting import DAY, SITE, STEPS, ground, plants, promtool, scene, series

S_PDUS = ["pdu-s-r1-a", "pdu-s-r2-a", "pdu-s-r3-a", "pdu-s-r4-a"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("alerts")
    write(SITE, found, state=Path("/var/lib/mroom"), today=DAY)
    return found


def test_promtool_takes_every_file(folder):
    files = [str(path) for path in (folder / "rules").glob("*.yaml")]
    done = subprocess.run(["promtool", "check", "rules", "--lint=all", "--lint-fatal", *files], capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_healthy_room_is_quiet_and_each_trouble_is_told(folder, tmp_path):
    found = promtool(tmp_path, folder / "rules", [
        scene("healthy", series(plants()), []),
        _dead_ups(), _dark_street(), _hot_and_wet(), _network(), _router(),
    ])  # fmt: skip
    assert found == ""


def test_a_scene_that_is_told_wrongly_is_seen(folder, tmp_path):
    found = promtool(tmp_path, folder / "rules", [scene("healthy", {}, [("UpsDead", "ups-s-a")])])
    assert "UpsDead" in found


def _dead_ups():
    rooms = plants()
    rooms["agent-s"].out.add("ups-s-a")
    rooms["agent-s"].step(1.0)
    given = series(rooms, silent=frozenset({"env-s"}))
    alerts = [("UpsDead", "ups-s-a"), *(("PduDead", pdu) for pdu in S_PDUS), ("DeviceSilent", "env-s"),
              *(("AreaBlind", area) for area in ("s-cold", "s-hot", "s-floor", "s-desk", "s-ups"))]  # fmt: skip
    return scene("a dead UPS", given, alerts)


def _dark_street():
    rooms = plants()
    rooms["agent-s"].out.update({"utility-s", "gen-s"})
    rooms["agent-s"].step(2.0)
    coolers = ["cooler-s1", "cooler-s2", "cooler-s3"]
    alerts = [("UtilityLost", "utility-s"), ("GeneratorNotReady", "gen-s"), ("GeneratorDidNotStart", "gen-s"),
              ("CoolingInsufficient", "s-room"), ("CoolingNoSpare", "s-room")]  # fmt: skip
    alerts += [("AtsNoSource", one) for one in ("ats-s-a", "ats-s-b")]
    alerts += [("CoolerStopped", one) for one in coolers]
    alerts += [(alert, one) for one in ("ups-s-a", "ups-s-b") for alert in ("UpsOnBattery", "DeviceReportsFault")]
    return scene("the street is dark and the generator does not come", series(rooms), alerts)


def _hot_and_wet():
    rooms = plants()
    rooms["agent-s"].pinned.update({"temp-s-cold": 34.0, "leak-s-floor": 1.0, "smok-s-ups": 1.0})
    rooms["agent-c"].generators["gen-c"].litres = 80.0 * 71.0
    alerts = [("TemperatureOutOfRange", "temp-s-cold"), ("LeakDetected", "leak-s-floor"),
              ("SmokeDetected", "smok-s-ups"), ("GeneratorFuelLow", "gen-c"), ("AirDisagrees", "s-cold")]  # fmt: skip
    return scene("heat, water, smoke, and fuel for 71 h", series(rooms), alerts)


def _network():
    """Each of the states that a pair can be in alarms in its own way; `up` does not."""
    pairs = {"campus-1+campus-2": State.up, "line-a+line-b": State.degraded, "outside-a+outside-b": State.down,
             "witness-c+witness-s": State.shared_risk}  # fmt: skip
    given = series(plants(), down=frozenset({"line-a"}), silent=frozenset({"sw-s-fac"}))
    for pair, now in pairs.items():
        given |= {
            f'mroom_redundancy_state{{pair="{pair}",state="{one}"}}': f"{int(one is now)}x{STEPS}" for one in State
        }
    given['mroom_system_up{system="website",probe="website",from="outside"}'] = f"0x{STEPS}"
    given['mroom_system_up{system="website",probe="website",from="staff"}'] = f"1x{STEPS}"
    alerts = [("LineDown", "line-a"), ("PairDegraded", "line-a+line-b"), ("PairDown", "outside-a+outside-b"),
              ("PairSharedRisk", "witness-c+witness-s"), ("DeviceSilent", "sw-s-fac"), ("SystemDown", "website"),
              ("SystemOverTarget", "website"), ("ClientBlind", "outside")]  # fmt: skip
    return scene("a line, a pair and a system", given, alerts)


def _router():
    rooms = plants()
    ends = {line.id for line in SITE.lines.values() if "core-s2" in {end.device for end in line.ends}}
    given = series(rooms, silent=frozenset({"core-s2"}), down=frozenset(ends))
    alerts = [("DeviceOut", "core-s2"), ("DeviceSilent", "core-s2"), *(("LineDown", line) for line in ends)]
    return scene("a router is out", given, alerts)


def test_a_sensor_that_stands_still_while_others_move_is_told(folder, tmp_path):
    """One thermometer stands still while its mates move for 200 minutes."""
    room = 'element="env-s",kind="monitor",building="second",room="s-room"'
    given = {f"mroom_sensor_temperature_celsius{{{room},sensor=\"temp-s-cold\"}}": "22x40",
             f"mroom_sensor_temperature_celsius{{{room},sensor=\"temp-s-hot\"}}": "30+0.01x40"}  # fmt: skip
    test = scene("a stuck sensor", given, [("SensorStuck", "temp-s-cold")], at="195m")
    assert promtool(tmp_path, folder / "rules", [test], "air-sensor") == ""


def test_what_the_example_has_none_of_is_told_too(tmp_path):
    """Two thermometers in one zone that disagree, and two lines in one duct that go down together."""
    cold = SITE.sensors["temp-s-cold"]
    more = cold.model_copy(update={"id": "temp-s-cold-2"})
    line = SITE.lines["line-b"].model_copy(update={"ducts": ("duct-north",)})
    changed = {"sensors": {**SITE.sensors, more.id: more}, "lines": {**SITE.lines, "line-b": line}}
    write(SITE.model_copy(update=changed), tmp_path, state=tmp_path, today=DAY)
    given = {f'mroom_sensor_temperature_celsius{{element="env-s",sensor="{id_}"}}': f"{value}x9"
             for id_, value in (("temp-s-cold", 22), ("temp-s-cold-2", 25.5))}  # fmt: skip
    given |= {f'mroom_port_oper_state{{element="{end.device}",port="{one}"}}': "2x9"
              for one in ("line-a", "line-b") for end in SITE.lines[one].ends}  # fmt: skip
    test = scene("more", given, [("SensorsDisagree", "temp-s-cold"), ("DuctCut", "duct-north"),
                                 ("LineDown", "line-a"), ("LineDown", "line-b")])  # fmt: skip
    query = test["promql_expr_test"][0]
    query["expr"] = query["expr"].replace('alertname!="Watchdog"', 'alertname!~"Watchdog|TargetsMissing"')
    assert promtool(tmp_path, tmp_path / "rules", [test]) == ""


def test_every_rule_names_what_a_person_needs():
    for alert, subject in ground().made:
        made = rule(ground(), alert, subject)
        assert set(made["labels"]) == {"element", "kind", "building", "owner", "severity"}
        assert set(made["annotations"]) == {"summary_ja", "summary_en", "at_risk_ja", "at_risk_en", "runbook"}
        assert subject.owner in SITE.owners
        assert "$" not in made["annotations"]["summary_ja"] + made["annotations"]["summary_en"] + made["expr"]
        assert subject.name.ja in made["annotations"]["summary_ja"] or "$name" not in alert.summary.ja
        assert made["annotations"]["runbook"] == f"docs/runbooks/{alert.id}.md"


def test_a_dead_ups_names_the_systems_at_risk():
    (alert,) = [one for one in load() if one.id == "UpsDead"]
    (subject,) = [one for one in ground().subjects["ups"] if one.id == "ups-s-a"]
    notes = rule(ground(), alert, subject)["annotations"]
    assert "ホストコンピュータ（冗長性低下）" in notes["at_risk_ja"]
    assert "Host computer (redundancy lost)" in notes["at_risk_en"]


def test_a_ups_must_last_for_three_starts_of_its_generator():
    site = SITE.model_copy(update={"generators": {
        **SITE.generators, "gen-s": SITE.generators["gen-s"].model_copy(update={"start_seconds": 70.0})}})  # fmt: skip
    needed = {one.id: one.values["needed"] for one in Ground(site, DAY).subjects["ups"]}
    assert (needed["ups-s-a"], needed["ups-c-a"]) == ("210", "120")


def test_a_rule_with_a_name_that_its_subjects_do_not_have_is_told():
    wrong = load()[0].model_copy(update={"each": "ups", "expr": "up == $nothing"})
    with pytest.raises(AlertsInvalid, match=r"'nothing' is no value of ups"):
        rule(ground(), wrong, ground().subjects["ups"][0])
    with pytest.raises(AlertsInvalid, match="each is 'moon'; there is site"):
        Ground(SITE, DAY, (wrong.model_copy(update={"each": "moon"}),))


def test_faults_of_a_file_are_told_with_their_lines(tmp_path):
    (tmp_path / "Wrong.yaml").write_text("each: ups\nseverity: loud\nexpr: up == 0\n")
    with pytest.raises(AlertsInvalid) as error:
        load(tmp_path)
    assert "Wrong.yaml:2:11" in str(error.value)
    assert "alert.means" in str(error.value) or "means" in str(error.value)


def test_the_same_inventory_writes_the_same_bytes_and_what_is_no_longer_made_goes(folder, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "old.yaml").write_text("groups: []\n")
    made = write(SITE, tmp_path, state=Path("/var/lib/mroom"), today=DAY)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == made
    for path in made:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()


def test_what_may_kill_is_told_at_once():
    assert {alert.id for alert in load() if alert.lasts == "0s" and alert.id in LIFE} == set(LIFE)


def test_an_expression_of_no_ids_matches_none():
    assert one_of([]) == "-"
    assert one_of(["b-1", "a"]) == "a|b-1"
