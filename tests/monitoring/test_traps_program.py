"""`python -m monitoring.traps` between net-snmp's senders and Debian's Alertmanager."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import inventory
from bench.trap_messages import ADDRESS, UPS, USER, Engine, keys, loopback_site, many
from monitoring.alerts import write
from monitoring.alerts.rules import Ground, rule
from tests.daemon import free_port
from tests.monitoring.running import samples
from tests.monitoring.running_alertmanager import alertmanager
from tests.monitoring.test_exporter_program import answered

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60
BURST = 1500
V3 = ["-v3", "-lauthPriv", f"-u{USER.name}", "-aSHA-256", f"-A{USER.auth_passphrase}", "-xAES"]
V3 += [f"-X{USER.priv_passphrase}", f"--clientaddr={ADDRESS}"]
ON_BATTERY = ["", "1.3.6.1.2.1.33.2.1", "1.3.6.1.2.1.33.1.2.2.0", "i", "5"]
LOW = ["", "1.3.6.1.2.1.33.2.3", "1.3.6.1.2.1.33.1.6.2.1.2.7", "o", "1.3.6.1.2.1.33.1.6.3.3"]


def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Program:
    """One that runs; `own` are its metrics."""

    def __init__(self, process: subprocess.Popen[str], port: int, web: int) -> None:
        self.process, self.port, self.web = process, port, web

    @property
    def own(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return samples(answered(f"http://127.0.0.1:{self.web}/metrics", self.process))

    def value(self, name: str, **labels: str) -> float:
        return self.own.get((name, frozenset(labels.items())), 0.0)

    def until(self, wanted, what: str):
        """As soon as it is true of the metrics."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not wanted():
            assert time.monotonic() < deadline, f"{what}: {self.own}"

    def send(self, *messages: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((ADDRESS, 0))
            for message in messages:
                out.sendto(message, ("127.0.0.1", self.port))


@contextmanager
def running(site: Path, state: Path, *words: str):
    port, web = udp_port(), free_port()
    command = [sys.executable, "-m", "monitoring.traps", "--site", str(site), "--state", str(state), "--node", "noc",
               "--port", str(port), "--web.port", str(web), *words]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert answered(f"http://127.0.0.1:{web}/-/healthy", process) == "Healthy.\n"
        yield Program(process, port, web)
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) in {(0, "", ""), (-signal.SIGTERM, "", "")}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The site, the state and an Alertmanager with its routes."""
    folder = tmp_path_factory.mktemp("traps")
    site = loopback_site(folder)
    keys(folder / "state")
    (folder / "state" / "community").write_text("public")
    write(inventory.load(site), folder, state=folder / "state")
    with alertmanager(folder, folder / "alertmanager.yaml") as running_:
        yield site, folder / "state", running_


def sent(tool: str, program: Program, *words: str) -> int:
    assert shutil.which(tool), f"Debian's {tool} is missing: run script/setup"
    done = subprocess.run([tool, *words[:-5], f"127.0.0.1:{program.port}", *words[-5:]], capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    return done.returncode


def test_traps_and_informs_of_net_snmp_become_alarms_and_the_poll_takes_over(room):
    site, state, told = room
    with running(site, state, "--alertmanager", told.url, "--community", f"file:{state}/community") as program:
        assert sent("snmptrap", program, *V3, "-e0x8000000004112233", *ON_BATTERY) == 0
        assert sent("snmpinform", program, *V3, *LOW) == 0
        v2c = ["-v2c", "-cpublic", f"--clientaddr={ADDRESS}"]
        assert sent("snmpinform", program, *v2c, *ON_BATTERY) == 0
        wanted = {("UpsOnBattery", UPS), ("UpsBatteryLow", UPS)}
        assert told.settled(2, wanted) == wanted
        assert program.value("mroom_traps_taken_total", version="v3", pdu="trap") == 1
        assert program.value("mroom_traps_taken_total", version="v3", pdu="inform") == 1
        assert program.value("mroom_traps_taken_total", version="v2c", pdu="inform") == 1
        assert program.value("mroom_trap_active", alert="UpsOnBattery", element=UPS) == 1

        # the poll sees it too: what Prometheus posts is the same alarm, and Prometheus says when it is over
        ground = Ground(inventory.load(site), dt.datetime.now().astimezone().date())
        made = next(rule(ground, *one) for one in ground.made if (one[0].id, one[1].id) == ("UpsOnBattery", UPS))
        now = dt.datetime.now(dt.UTC)
        alarm = {"labels": {"alertname": "UpsOnBattery", **made["labels"]}, "annotations": made["annotations"]}
        told.post("alerts", [{**alarm, "endsAt": (now + dt.timedelta(minutes=4)).isoformat()}])
        assert told.settled(2, wanted) == wanted
        told.post("alerts", [{**alarm, "endsAt": dt.datetime.now(dt.UTC).isoformat()}])
        assert told.settled(1, {("UpsBatteryLow", UPS)}) == {("UpsBatteryLow", UPS)}


def test_a_burst_loses_nothing_and_is_one_alarm(room):
    site, state, told = room
    with running(site, state, "--alertmanager", told.url) as program:
        before = program.value("process_cpu_seconds_total")
        program.send(*many(BURST, Engine(boots=2)))
        taken = {"version": "v3", "pdu": "trap"}
        program.until(lambda: program.value("mroom_traps_taken_total", **taken) == BURST, "all are taken")
        program.until(lambda: program.value("mroom_traps_alarms_told_total") >= 1, "it is told")
        assert program.value("mroom_traps_alarms_told_total") <= 3
        assert ("UpsOnBattery", UPS) in told.alerts()
        assert {where: program.value("mroom_traps_lost_total", where=where) for where in ("socket", "queue")} == {
            "socket": 0, "queue": 0}  # fmt: skip
        assert program.value("process_cpu_seconds_total") > before
        assert program.value("mroom_traps_engines") == 1

        # the same ones again are replays, and what is broken or of nobody is counted too
        program.send(*many(5, Engine(boots=2)), b"\x30\x80", Engine(boots=1).message(1))
        refused = {"replay": 5, "malformed": 1, "window": 1}
        program.until(
            lambda: {why: program.value("mroom_traps_refused_total", reason=why) for why in refused} == refused,
            "refused",
        )
        assert program.value("mroom_traps_refused_total", reason="error") == 0


def test_an_alertmanager_that_is_not_there_holds_up_no_other_and_is_told_when_it_is_back(room, tmp_path):
    site, state, told = room
    port, wanted = free_port(), ("DeviceRestarted", UPS)
    both = ["--alertmanager", f"http://127.0.0.1:{port}", "--alertmanager", told.url]
    with running(site, state, *both) as program:
        program.send(Engine(boots=3).message(1, trap="1.3.6.1.6.3.1.1.5.1", values={}))
        program.until(lambda: program.value("mroom_traps_deliveries_failed_total") >= 1, "nobody is there")
        program.until(lambda: program.value("mroom_traps_alarms_told_total") == 1, "the other one knows")
        assert wanted in told.alerts()
        write(inventory.load(site), tmp_path, state=state)
        with alertmanager(tmp_path, tmp_path / "alertmanager.yaml", port) as back:
            assert back.settled(1, {wanted}) == {wanted}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--state", "nowhere"], 7, "which does not exist"),
        (["--state", "{state}", "--community", "env:NOT_SET"], 2, "NOT_SET is not set"),
        (["--state", "{state}", "--user", "file:{state}/community"], 2, "an SNMP user has five parts"),
        (["--state", "{state}", "--host", "203.0.113.1"], 1, "Cannot assign"),
        (["--state", "{state}", "--site", "nowhere"], 3, "invalid"),
    ],
)
def test_what_keeps_it_from_starting_is_told(words, code, says, room):
    site, state, _ = room
    command = [sys.executable, "-m", "monitoring.traps", "--site", str(site), "--port", str(udp_port())]
    done = subprocess.run([*command, *(word.format(state=state) for word in words)], cwd=ROOT, capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "\n  next: " in done.stderr
