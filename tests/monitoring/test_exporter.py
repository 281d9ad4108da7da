"""The exporter as a running server, with devices that answer, fall silent, or are dead from the start."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import http.client
import subprocess
import time
from pathlib import Path

import pytest

import inventory
from monitoring.exporter.discovery import targets
from monitoring.exporter.target import BACK_OFF
from tests.monitoring import recordings
from tests.monitoring.responder import Device, Responder
from tests.monitoring.running import Running
from tests.monitoring.test_session import PORTS, SYSTEM, UPS

SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
DAY = dt.date(2026, 4, 1)
FEW_PORTS = {oid: value for oid, value in PORTS.items() if int(oid.rpartition(".")[2]) <= 20}


@pytest.fixture
def responder():
    with Responder() as running:
        yield running


@pytest.fixture
def exporter():
    with Running(discover=lambda: targets(SITE, DAY)) as running:
        yield running


def test_a_device_is_probed(exporter, responder):
    port = responder.serve(Device({**SYSTEM, **UPS}))
    answer = exporter.get(f"/probe?target=127.0.0.1:{port}&module=auto")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.value("mroom_probe_success") == 1
    assert answer.value("mroom_sensor_charge_ratio", sensor="Battery charge remaining") == 0.97
    assert answer.value("mroom_sensor_runtime_seconds", sensor="Estimated battery time remaining") == 41 * 60
    assert answer.value("mroom_sensor_state", sensor="Battery Status") == 2
    assert answer.value("mroom_sensor_state_info", sensor="Battery Status", state="Normal") == 1
    assert answer.value("mroom_sensor_severity", sensor="Battery Status") == 0
    assert answer.value("mroom_probe_subtree_success", subtree="1.3.6.1.2.1.33.1.2") == 1
    assert 0 < answer.value("mroom_probe_subtree_duration_seconds", subtree="1.3.6.1.2.1.33.1.2") < 9.5


@pytest.mark.parametrize("name", recordings.NAMES[:6] + recordings.NAMES[-6:])
def test_a_second_probe_tells_what_has_changed(name, exporter, responder):
    recording = recordings.load(name)
    device = Device(recording)
    port = responder.serve(device)
    first = exporter.get(f"/probe?target=127.0.0.1:{port}").samples
    changed = {oid: (tag, value + 1 if tag in {"2", "66", "67"} and isinstance(value, int) else value)
               for oid, (tag, value) in recording.items()}  # fmt: skip
    device.load(changed)
    second = exporter.get(f"/probe?target=127.0.0.1:{port}").samples
    with Running() as other:
        fresh = other.get(f"/probe?target=127.0.0.1:{port}").samples

    def own(samples):
        return {key: value for key, value in samples.items() if not key[0].startswith("mroom_probe_")}

    assert own(second) == own(fresh)
    # a device that answers with texts alone has not changed
    assert (own(first) != own(second)) == (name != "sensatronics-em1")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "'target' is missing"),
        ("?module=auto", "'target' is missing"),
        ("?target=", "'target' is empty"),
        ("?target=127.0.0.1&target=127.0.0.2", "'target' is given twice"),
        ("?target=127.0.0.1&module=auto&module=auto", "'module' is given twice"),
        ("?target=127.0.0.1&module=nothing", "no module 'nothing'"),
        ("?target=127.0.0.1&auth=nobody", "no auth 'nobody'; there is test, other"),
        ("?target=127.0.0.1&color=red", "no parameter 'color'"),
        ("?target=127.0.0.1:0", "no HOST[:PORT]"),
        ("?target=127.0.0.1:99999", "no HOST[:PORT]"),
        ("?target=http://127.0.0.1/", "no HOST[:PORT]"),
        ("?target=a%00b", "no HOST[:PORT]"),
        ("?target=%ff", "cannot be read"),
        ("?" + "a=1&" * 30, "cannot be read"),
        ("?target=" + "a" * 5000, "longer than"),
        ("?target=no.such.host.invalid", "has no address"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(query, says, exporter):
    answer = exporter.get(f"/probe{query}")
    assert answer.status == 400
    assert says in answer.body
    assert answer.body.endswith(".\n")
    assert answer.body.count("\n") == 1


@pytest.mark.parametrize("seconds", ["x", "0", "-1", "nan", "inf", ""])
def test_a_bad_deadline_is_answered_with_a_sentence(seconds, exporter):
    answer = exporter.get("/probe?target=127.0.0.1", seconds=seconds)
    assert answer.status == 400
    assert "X-Prometheus-Scrape-Timeout-Seconds" in answer.body


def test_other_paths_and_methods_are_told_what_there_is(exporter):
    assert (exporter.get("/-/healthy").status, exporter.get("/-/healthy").body) == (200, "Healthy.\n")
    assert exporter.get("/nothing").status == 404
    assert exporter.get("/metrics", method="POST").status == 405
    assert exporter.get("/metrics", method="HEAD").body == ""
    assert "/probe?target=" in exporter.get("/").body


def test_what_is_no_http_does_no_harm(exporter):
    junks = [
        b"\0\1\2\3\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /probe?target=\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"A" * 70_000,
    ]
    for junk in junks:
        connection = http.client.HTTPConnection("127.0.0.1", exporter.port, timeout=10)
        connection.connect()
        try:
            connection.sock.sendall(junk)
            connection.sock.shutdown(1)
            while connection.sock.recv(65536):
                pass
        except ConnectionError:
            pass
        finally:
            connection.close()
    assert exporter.get("/-/healthy").status == 200


def test_every_device_of_the_inventory_is_a_target(exporter):
    found = exporter.json("/sd")
    by_element = {entry["labels"]["element"]: entry for entry in found}
    assert len(by_element) == len(found)
    assert {"ups-m-a", "env-m", "gen-m", "core-m1", "fac-c"} <= by_element.keys()
    assert by_element["ups-m-a"]["targets"] == ["198.18.49.111:161"]
    assert by_element["ups-m-a"]["labels"]["building"] == "main"
    assert by_element["ups-m-a"]["labels"]["__param_module"] == "sensors"
    assert by_element["core-m1"]["labels"]["__param_module"] == "auto"
    expected = [
        element
        for collection in ("generators", "ats", "ups", "pdus", "coolers", "monitors", "devices", "hosts")
        for element in getattr(SITE, collection).values()
        if getattr(element, "loopback", None) or element.address
    ]
    assert len(found) == len(expected)


def test_what_is_retired_is_no_target():
    (name, ups), *_ = SITE.ups.items()
    gone = SITE.model_copy(update={"ups": {**SITE.ups, name: ups.model_copy(update={"retired": DAY})}})
    assert name in {entry["labels"]["element"] for entry in targets(SITE, DAY)}
    assert name not in {entry["labels"]["element"] for entry in targets(gone, DAY)}
    assert name in {entry["labels"]["element"] for entry in targets(gone, DAY - dt.timedelta(days=1))}


def test_promtool_has_nothing_to_say_against_probe_and_metrics(exporter, responder):
    port = responder.serve(Device({**SYSTEM, **UPS, **PORTS}))
    dead = Device(SYSTEM)
    dead.drop = lambda _: True
    silent = responder.serve(dead)
    for path in (f"/probe?target=127.0.0.1:{port}", f"/probe?target=127.0.0.1:{silent}", "/metrics"):
        answer = exporter.get(path)
        done = subprocess.run(
            ["promtool", "check", "metrics"], input=answer.body, text=True, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), path


def test_a_module_asks_for_its_part_alone(exporter, responder):
    port = responder.serve(Device({**SYSTEM, **UPS, **PORTS}))
    ports = exporter.get(f"/probe?target=127.0.0.1:{port}&module=if-mib").samples
    sensors = exporter.get(f"/probe?target=127.0.0.1:{port}&module=sensors").samples
    assert any(name == "mroom_port_receive_bytes_total" for name, _ in ports)
    assert not any(name.startswith("mroom_sensor_") for name, _ in ports)
    assert not any(name.startswith("mroom_port_") for name, _ in sensors)
    assert any(name == "mroom_sensor_charge_ratio" for name, _ in sensors)


def test_what_was_walked_before_the_deadline_is_told(exporter, responder):
    device = Device({**SYSTEM, **UPS, **PORTS})
    port = responder.serve(device)
    exporter.get(f"/probe?target=127.0.0.1:{port}")
    start = device.asked
    # ports come before the UPS: silence in between
    device.drop = lambda number: number > start + 8
    answer = exporter.get(f"/probe?target=127.0.0.1:{port}", seconds=1)
    assert answer.status == 200
    parts = {dict(labels)["subtree"]: value for (name, labels), value in answer.samples.items()
             if name == "mroom_probe_subtree_success"}  # fmt: skip
    assert 0 in parts.values()
    assert 1 in parts.values()
    assert "mroom_probe_failure_info" in answer.body or 0 in parts.values()


def test_a_slow_device_does_not_outlast_the_scrape(exporter, responder):
    device = Device({**SYSTEM, **UPS, **FEW_PORTS})
    port = responder.serve(device)
    exporter.get(f"/probe?target=127.0.0.1:{port}")
    start = device.asked
    # every second packet is lost, and each lost one costs 0.2 s: more than half a second in all
    device.drop = lambda number: (number - start) % 2 == 0
    started = time.monotonic()
    answer = exporter.get(f"/probe?target=127.0.0.1:{port}", seconds=1)
    assert time.monotonic() - started < 1
    parts = {dict(labels)["subtree"]: value for (name, labels), value in answer.samples.items()
             if name == "mroom_probe_subtree_success"}  # fmt: skip
    assert set(parts.values()) == {0, 1}
    assert answer.value("mroom_probe_success") == 1
    assert "not finished in the 0.5 s that the scrape gives" in answer.body
    # it is slow, not dead: it is asked again at once
    device.drop = lambda _: False
    assert exporter.get(f"/probe?target=127.0.0.1:{port}").value("mroom_sensor_charge_ratio") == 0.97


def test_a_dead_device_is_left_alone_for_a_while_and_then_asked_again(exporter, responder):
    device = Device({**SYSTEM, **UPS})
    device.drop = lambda _: True
    port = responder.serve(device)
    first = exporter.get(f"/probe?target=127.0.0.1:{port}")
    asked = device.asked
    second = exporter.get(f"/probe?target=127.0.0.1:{port}")
    assert first.value("mroom_probe_success") == second.value("mroom_probe_success") == 0
    assert asked == device.asked == 3
    assert "left alone" in second.body
    (target,) = exporter.exporter.targets._known.values()
    assert 0 < target.again - time.monotonic() <= BACK_OFF[1]
    device.drop = lambda _: False
    target.again = 0.0
    assert exporter.get(f"/probe?target=127.0.0.1:{port}").value("mroom_probe_success") == 1
    assert target.failures == 0


def test_another_device_in_its_place_is_met_anew(exporter, responder):
    device = Device({**SYSTEM, **UPS})
    port = responder.serve(device)
    before = exporter.get(f"/probe?target=127.0.0.1:{port}").samples
    device.load({**SYSTEM, "1.3.6.1.2.1.1.2.0": ("6", "1.3.6.1.4.1.318.1.3.27"),
                 "1.3.6.1.4.1.318.1.1.1.2.3.2.0": ("66", 234)})  # fmt: skip
    after = exporter.get(f"/probe?target=127.0.0.1:{port}")
    assert after.value("mroom_sensor_temperature_celsius", sensor="Internal Temperature") == 23.4
    assert not any(name == "mroom_sensor_charge_ratio" for name, _ in after.samples)
    assert any(name == "mroom_sensor_charge_ratio" for name, _ in before)


def test_a_hundred_dead_devices_of_two_hundred_do_not_keep_the_others_from_their_deadlines(responder):
    live = [responder.serve(Device({**SYSTEM, **UPS, **FEW_PORTS})) for _ in range(100)]
    silent = Device(SYSTEM)
    silent.drop = lambda _: True
    dead = [responder.serve(silent) for _ in range(100)]
    mixed = [port for pair in zip(dead, live, strict=True) for port in pair]
    seconds = 10.0
    with Running(timeout_seconds=1.0) as exporter, concurrent.futures.ThreadPoolExecutor(200) as pool:

        def probe(port):
            started = time.monotonic()
            answer = exporter.get(f"/probe?target=127.0.0.1:{port}", seconds=seconds)
            return port, answer, time.monotonic() - started

        for _ in range(3):
            found = list(pool.map(probe, mixed))
            for port, answer, took in found:
                assert answer.status == 200
                assert took < seconds
                assert answer.value("mroom_probe_success") == (port in live)
                if port in live:
                    assert answer.value("mroom_sensor_charge_ratio") == 0.97
                    assert all(value == 1 for (name, _), value in answer.samples.items()
                               if name == "mroom_probe_subtree_success")  # fmt: skip
        own = exporter.get("/metrics")
        assert own.value("mroom_exporter_targets", state="live") == 100
        assert own.value("mroom_exporter_targets", state="dead") == 100
        assert own.value("mroom_exporter_walks") == 0
        assert exporter.exporter.slots.most <= 32
