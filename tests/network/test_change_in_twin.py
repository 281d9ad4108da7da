"""Changes that go well, that are wrong, that cut their own way, and whose runner dies: each device has old or new."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from inventory.cabling import management_address
from network import render
from network.change.compare import compare
from network.secrets import secrets
from network.verify.device import Device
from tests.twin.look import mroom
from twin.room import Twin
from twin.wait import until

pytestmark = [pytest.mark.twin, pytest.mark.timeout(900)]

RUNNER = Path(__file__).parent / "apply_edits.py"
SECONDS, ENOUGH = 30, 240
"""The devices' time for what will not be confirmed, and for what will, however busy the machine is."""
APART = " description Campus cable 2 to core-c2\n ip address 198.18.1.6/31\n ip ospf area "

SECOND = ["core-s1", "edge-s", "sw-s-myn", "sw-s-lgw1", "sw-s-lgw2", "sw-s-dmz", "sw-s-fac", "sw-s-staff"]
"""Eight devices of one building; all but one of the two LGWAN switches may be touched together."""

NFT, FRR, BANNER = "/etc/nftables.conf", "/etc/frr/frr.conf", "/etc/issue.net"
LOCKED_OUT = {NFT: ["ip saddr @management tcp dport 22 accept", "ip saddr 198.18.255.255 tcp dport 22 accept"]}


@dataclass(frozen=True)
class Ended:
    code: int
    lines: list[str]

    @property
    def results(self) -> dict[str, str]:
        return {row["object"]: row["state"] for row in json.loads(self.lines[-1])["results"]}

    @property
    def messages(self) -> str:
        return " ".join(row["message"] for row in json.loads(self.lines[-1])["results"])


def runner(twin, edits, seconds=SECONDS):
    argv = [sys.executable, str(RUNNER), str(twin.where), str(seconds), json.dumps(edits)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def applied(twin, edits, seconds=SECONDS):
    with runner(twin, edits, seconds) as run:
        out, _ = run.communicate(timeout=600)
    return Ended(run.returncode, out.splitlines())


@pytest.fixture(scope="module")
def differing(twin, site, from_noc):
    """Of some devices, what is not as the inventory says, in their files or in what their daemons run."""

    def look(*devices: str) -> dict[str, str]:
        own = secrets(site, twin.where)
        wanted = {device: render.bundle(site, device, own) for device in devices}
        found = from_noc(lambda: compare(site, twin.where, wanted))
        return {f.device: f.difference.text if f.difference else f.trouble for f in found if not f.same}

    return look


def busy(twin: Twin, *devices: str) -> list[str]:
    """Devices on which a change is still open."""
    return [d for d in devices if twin.exec(d, ["test", "-L", "/var/lib/mroom/unconfirmed"]).returncode == 0]


@pytest.fixture(scope="module", autouse=True)
def as_before(twin, differing):
    """What was changed here is as the inventory says in the end; a next change of a device takes the last one along."""
    yield
    devices = ["core-m1", "core-m2", "core-s2", "sw-m-fac", *SECOND]
    assert until(lambda: busy(twin, *devices), 120.0) == []
    wrong = differing(*devices)
    assert not wrong or applied(twin, {device: {} for device in wrong}, ENOUGH).code == 0
    assert differing(*devices) == {}


CHANGES = [
    ("sw-m-fac", "/etc/snmp/snmpd.conf", ["sysServices 72", "sysServices 64"], "snmpd"),
    ("sw-m-fac", "/etc/chrony/chrony.conf", ["maxpoll 6", "maxpoll 7"], "chronyd"),
    ("sw-m-fac", "/etc/rsyslog.conf", ["# Log of", "# The log of"], "rsyslogd"),
    ("sw-m-fac", "/etc/ssh/sshd_config", ["LoginGraceTime 20", "LoginGraceTime 30"], "sshd"),
    ("sw-m-fac", NFT, ["500/second", "400/second"], "sshd"),
    ("core-m2", "/etc/keepalived/keepalived.conf", ["preempt_delay 2", "preempt_delay 3"], "keepalived"),
    ("core-m2", "/etc/frr/daemons", ["-s 90000000", "-s 80000000"], "ospfd"),
    ("core-m2", FRR, [" ip ospf cost 5", " ip ospf cost 6"], "ospfd"),
]


@pytest.mark.parametrize(("device", "path", "edit", "daemon"), CHANGES, ids=[path for _, path, _, _ in CHANGES])
def test_a_change_is_in_force_and_its_daemon_runs(twin, differing, device, path, edit, daemon):
    ended = applied(twin, {device: {path: edit}}, ENOUGH)
    assert (ended.code, ended.results) == (0, {device: "confirmed"}), ended.lines
    assert edit[1] in twin.exec(device, ["cat", path]).stdout
    assert twin.exec(device, ["pgrep", "-x", daemon]).returncode == 0
    assert edit[1] in differing(device)[device]


def test_a_bad_line_in_the_middle_changes_nothing_and_is_named(twin, differing):
    before = differing("core-m2")
    ended = applied(twin, {"core-m2": {FRR: [" ip ospf cost 5", " ip ospf cost 5\n ip ospf prize 7"]}})
    assert (ended.code, ended.results) == (6, {"core-m2": "restored"})
    assert "ip ospf prize 7" in ended.messages
    assert differing("core-m2") == before


def test_a_switch_that_would_lock_the_noc_out_comes_back_by_itself(twin, differing):
    before = differing("sw-m-fac")
    ended = applied(twin, {"sw-m-fac": LOCKED_OUT})
    assert (ended.code, ended.results) == (6, {"sw-m-fac": "restored"}), ended.lines
    assert "not confirmed" in ended.messages
    assert differing("sw-m-fac") == before


def test_two_routers_that_would_lock_the_noc_out_are_both_as_before(twin, differing):
    before = differing("core-m1", "core-m2")
    ended = applied(twin, {"core-m1": LOCKED_OUT, "core-m2": LOCKED_OUT}, 40)
    assert (ended.code, ended.results) == (6, {"core-m1": "restored", "core-m2": "skipped"}), ended.lines
    assert differing("core-m1", "core-m2") == before


def test_two_routers_of_one_step_that_would_lock_the_noc_out_are_both_taken_back(twin, differing):
    before = differing("core-s1", "edge-s")
    ended = applied(twin, {"core-s1": LOCKED_OUT, "edge-s": LOCKED_OUT}, 40)
    assert (ended.code, ended.results) == (6, {"core-s1": "restored", "edge-s": "restored"}), ended.lines
    assert differing("core-s1", "edge-s") == before


def test_eight_devices_are_changed_in_parallel(twin, differing):
    ended = applied(twin, {device: {BANNER: ["Authorised", "Duly authorised"]} for device in SECOND}, ENOUGH)
    assert (ended.code, ended.results) == (0, dict.fromkeys(SECOND, "confirmed")), ended.lines
    steps = [number for number, line in enumerate(ended.lines) if line.startswith("step ")]
    first = ended.lines[steps[0] + 1 : steps[1]]
    assert len(first) == 14
    assert [line.split(": ")[1] for line in first] == ["applied"] * 7 + ["confirmed"] * 7


WRITTEN = "find /etc /var/lib/mroom /run/frr -newer /run/before -type f 2>/dev/null"


def test_a_plan_without_changes_exits_with_0_and_writes_nothing_on_a_device(twin, differing):
    devices = ["core-c1", "sw-c-myn"]
    for device in devices:
        assert twin.exec(device, ["touch", "/run/before"]).returncode == 0
    done = mroom(twin.where, "plan", "--only", "network", "--json")
    rows = {row["object"] for row in json.loads(done.stdout)["changes"]}
    assert rows.isdisjoint(devices)
    assert done.returncode == (4 if rows else 0)  # other tests may have left another device as they changed it
    for device in devices:
        assert twin.exec(device, ["sh", "-c", WRITTEN]).stdout == ""


def test_a_router_that_would_lose_a_neighbour_is_not_confirmed(twin, differing):
    before = differing("core-m2")
    ended = applied(twin, {"core-m2": {FRR: [f"{APART}0", f"{APART}7"]}}, 60)
    assert (ended.code, ended.results) == (6, {"core-m2": "restored"}), ended.lines
    assert "OSPF neighbour" in ended.messages
    assert differing("core-m2") == before


@pytest.mark.parametrize("line", ["reading", "step 1", "core-s2: applied", "core-s2: confirmed"])
def test_a_runner_killed_at_a_step_leaves_old_or_new_and_nothing_to_unlock(twin, differing, line):
    with runner(twin, {"core-s2": {BANNER: ["Authorised", "Strictly authorised"]}}) as run:
        for said in run.stdout:
            if said.startswith(line):
                run.send_signal(signal.SIGKILL)
                break
    assert until(lambda: busy(twin, "core-s2"), 90.0) == []
    kept = "Strictly" in twin.exec("core-s2", ["cat", BANNER]).stdout
    assert kept == (line == "core-s2: confirmed")
    assert applied(twin, {"core-s2": {BANNER: ["Authorised", "Really authorised"]}}, ENOUGH).code == 0


def test_while_a_change_is_open_a_second_one_is_turned_away(twin, differing):
    with runner(twin, {"sw-m-fac": LOCKED_OUT}, 30) as first:
        waiting = lambda: twin.exec("sw-m-fac", ["pgrep", "-af", "^mroom-rollback"]).stdout  # noqa: E731
        assert until(lambda: [] if waiting() else ["nobody waits"], 60.0) == []
        lock = twin.exec("sw-m-fac", ["flock", "-n", "/var/lib/mroom/change.lock", "true"])
        assert lock.returncode != 0
        second = applied(twin, {"sw-m-fac": {BANNER: ["Authorised", "Strictly authorised"]}})
        first.communicate(timeout=300)
    assert second.results != {"sw-m-fac": "confirmed"}


def test_a_device_that_lost_its_waiting_process_takes_the_change_back_at_the_next_power_on(twin, differing):
    before = differing("sw-m-fac")

    def not_written() -> list[str]:
        return [] if "255.255" in twin.exec("sw-m-fac", ["cat", NFT]).stdout else ["not written"]

    with runner(twin, {"sw-m-fac": LOCKED_OUT}, 60) as run:
        assert until(not_written, 60.0) == []
        run.kill()
        twin.exec("sw-m-fac", ["pkill", "-KILL", "-f", "^mroom-"])
    assert twin.exec("sw-m-fac", ["/etc/mroom/boot.d/90-change.sh"]).returncode == 0
    assert busy(twin, "sw-m-fac") == []
    assert differing("sw-m-fac") == before


def test_a_host_key_that_is_not_the_pinned_one_is_a_row_and_not_a_session(twin, site, from_noc, tmp_path):
    address = management_address(site, "sw-m-fac")
    foreign = next(line for line in (twin.where / "known_hosts").read_text().splitlines() if "core-s1" in line)
    state = tmp_path / "state"
    (state / "keys").mkdir(parents=True)
    for name in ("mroom", "snmp-auth", "snmp-priv"):
        (state / "keys" / name).write_text((twin.where / "keys" / name).read_text())
        (state / "keys" / name).chmod(0o600)
    (state / "known_hosts").write_text(f"{address} {foreign.split(' ', 1)[1]}\n")
    wanted = {"sw-m-fac": render.bundle(site, "sw-m-fac", secrets(site, state))}
    (found,) = from_noc(lambda: compare(site, state, wanted))
    assert found.difference is None
    assert "host key" in found.trouble


def test_a_rollback_goes_back_to_any_earlier_confirmed_state(twin, differing):
    def banner() -> str:
        return twin.exec("sw-m-fac", ["cat", BANNER]).stdout

    changes, texts = [], [banner()]
    for word in ("Firstly", "Secondly", "Thirdly"):
        ended = applied(twin, {"sw-m-fac": {BANNER: ["Authorised", f"{word} authorised"]}}, ENOUGH)
        changes.append(json.loads(ended.lines[-1])["change"])
        texts.append(banner())
    assert len(set(texts)) == 4
    for number in (1, 0, 2):  # before the second, before the first of all, and forward again to before the third
        done = mroom(twin.where, "rollback", changes[number], "--json")
        document = json.loads(done.stdout)
        assert (done.returncode, document["state"]) == (0, "confirmed"), done.stdout + done.stderr
        assert banner() == texts[number]
    listed = json.loads(mroom(twin.where, "changes", "--json").stdout)["changes"]
    assert [change["state"] for change in listed[-6:]] == ["confirmed"] * 6


ASKED = """
def test_it(device):
    router = device("core-s1")
    assert router.ospf_neighbors["line-a"] == "Full"
    assert router.bgp_neighbors["198.18.0.21"] == "Established"
    assert router is device("core-s1")
"""


def test_the_fixture_device_asks_from_the_noc_node(twin, tmp_path):
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["mroom.testing"]\n')
    (tmp_path / "test_it.py").write_text(ASKED)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, "MROOM_STATE": str(twin.where)}
    done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_test_asks_a_device_as_it_would_ask_a_host(twin, site, from_noc):
    def wrong() -> list[str]:
        device = Device(site, twin.where, "core-c1")  # no test here changes it
        return [
            *(str(check) for check in device.checks if check.ok is False),
            *([] if device.ospf_neighbors.get("campus-1") == "Full" else [str(device.ospf_neighbors)]),
            *([] if device.bgp_neighbors.get(core_s1) == "Established" else [str(device.bgp_neighbors)]),
            *([] if device.bfd_peers.get("198.18.1.4") == "up" else [str(device.bfd_peers)]),
            *([] if ("campus-1", "198.18.1.4") in device.kernel_routes.get("198.18.48.0/24", ()) else ["no route"]),
            *map(str, device.refresh().difference.paths),
        ]

    core_s1 = str(site.devices["core-s1"].loopback)
    # What the tests before have changed settles first.
    assert from_noc(lambda: until(wrong, SECONDS)) == []
