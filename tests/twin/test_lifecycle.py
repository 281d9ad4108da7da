"""Up and down, all or nothing: whatever happens to `twin up`, this machine is as it was and the next one works."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.campaigns import twin_kill
from bench.leftovers import host, processes_of
from tests.twin.look import MROOM, hears, mroom, states
from twin import preflight, state
from twin import up as booting
from twin.room import Twin
from twin.wait import until

KEPT = {"keys", "known_hosts"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A state folder for one more twin; whatever the test did, it is ended."""
    where = tmp_path / "own"
    yield where
    booting.down(where)


def nothing_runs(where: Path) -> bool:
    return not until(lambda: [str(pid) for pid in processes_of(where)], 30)


def test_down_leaves_this_machine_as_it_was_and_the_keys(twin: Twin, own: Path):
    before = host()
    assert mroom(own, "twin", "up", "--bare").returncode == 0
    assert host() == before
    (own / "twin" / "state.json").unlink()
    ended = mroom(own, "twin", "down", "--json")
    assert ended.returncode == 0
    assert host() == before
    assert nothing_runs(own)
    assert {path.name for path in own.iterdir()} == KEPT
    assert mroom(own, "twin", "down").returncode == 0


def test_two_twins_side_by_side_do_not_meet(twin: Twin, own: Path):
    done = mroom(own, "twin", "up", "--bare", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["nodes"], told["links"]) == (len(twin.topology.nodes), len(twin.topology.wires))
    assert mroom(own, "twin", "break", "second").returncode == 0
    other = Twin.open(twin.site, own)
    assert set(states(other).values()) == {"up", "off"}
    assert not hears(other, "staff", "198.18.36.11", 0.5)
    assert set(states(twin).values()) == {"up"}
    assert hears(twin, "noc-b", "198.18.36.11")
    assert not list((other.files("noc-b") / str(own)[1:]).glob("*"))
    assert mroom(own, "twin", "down").returncode == 0
    assert hears(twin, "noc-b", "198.18.36.11")
    assert (own / "keys" / "mroom").read_text() != (twin.where / "keys" / "mroom").read_text()


def test_a_second_up_says_that_it_is_up_already(twin: Twin):
    again = mroom(twin.where, "twin", "up", "--json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["error"]["code"] == "up-already"
    assert "is up already, since 20" in again.stderr
    assert "mroom twin down" in again.stderr
    assert set(states(twin).values()) == {"up"}


def test_while_another_command_changes_the_twin_up_and_down_are_refused(own: Path):
    with state.lock(own):
        for verb in ("up", "down"):
            refused = mroom(own, "twin", verb)
            assert refused.returncode == 1
            assert "another command is changing the twin" in refused.stderr


def test_status_answers_without_a_twin_and_the_other_verbs_say_that_there_is_none(own: Path):
    told = mroom(own, "twin", "status", "--json")
    assert (told.returncode, json.loads(told.stdout)["up"]) == (0, False)
    for words in (["break", "line-a"], ["mend", "--all"], ["shell", "noc"]):
        refused = mroom(own, "twin", *words)
        assert refused.returncode == 7
        assert "no twin is up" in refused.stderr


@pytest.mark.timeout(1200)
def test_killed_at_random_moments_nothing_is_left_and_the_next_up_works(twin: Twin, own: Path):
    rows = twin_kill.run(seed=20260401, start=0, count=4, state=own, bare=True)
    assert [row["what"] for row in rows if not row["ok"]] == []


@pytest.mark.parametrize(
    ("number", "step"),
    [(signal.SIGINT, "keys"), (signal.SIGINT, "nodes"), (signal.SIGTERM, "nodes boot"), (signal.SIGHUP, "SSH")],
)
def test_an_interrupt_undoes_what_was_begun(own: Path, number: signal.Signals, step: str):
    before = host()
    with subprocess.Popen(
        [MROOM, "twin", "up", "--bare"],
        env={**os.environ, "MROOM_STATE": str(own)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as up:
        assert up.stderr
        said = ""
        for line in up.stderr:
            said += line
            if line.startswith(step):
                break
        up.send_signal(number)
        said += up.stderr.read()
    assert (up.returncode, "interrupted" in said) == (130, True), said
    assert "Traceback" not in said
    assert not (own / "twin").exists()
    assert nothing_runs(own)
    assert host() == before


def test_without_root_it_says_so(tmp_path: Path):
    argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MROOM, "twin", "up", "--json"]
    # The checkout may lie in a folder that nobody else may enter.
    environment = {**os.environ, "MROOM_STATE": str(tmp_path)}
    refused = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "no-root"


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path, own: Path):
    kept = tmp_path / "bin"
    kept.mkdir()
    for name in preflight.PROGRAMS:
        found = shutil.which(name)
        assert found
        if name not in ("snmpd", "tini", "nft"):
            (kept / name).symlink_to(found)
    environment = {**os.environ, "MROOM_STATE": str(own), "PATH": str(kept)}
    refused = subprocess.run([MROOM, "twin", "up"], env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    for words in ("snmpd (package snmpd)", "tini (package tini)", "nft (package nftables)"):
        assert words in refused.stderr
    assert "script/setup" in refused.stderr
    assert "apt-get install nftables snmpd tini" in refused.stderr


def test_a_kernel_without_a_feature_is_told_which(own: Path, monkeypatch: pytest.MonkeyPatch):
    missing = json.dumps([{"feature": "token bucket queues", "needs": "CONFIG_NET_SCH_TBF", "error": "no such qdisc"}])
    monkeypatch.setattr(preflight, "python", lambda *_: ["echo", missing])
    with pytest.raises(preflight.TwinFailure, match="kernel: token bucket queues") as failed:
        preflight.check(own, 1)
    assert failed.value.exit_code == 1


BOOT_UNCHECKED = """
import sys
from pathlib import Path
import inventory
from twin import preflight, up
preflight.check = lambda *_: None
where = Path(sys.argv[1])
try:
    up.up(inventory.load(Path("inventory/sites/nishinomiya")), where, log=lambda _: None)
except Exception as error:
    print(type(error).__name__, error)
print(sorted(path.name for path in where.iterdir()))
"""


def on_a_small_disk(disk: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a command with room for some, but not all, of what a twin writes; nobody else sees the disk."""
    disk.mkdir()
    script = 'mount -t tmpfs -o size=64m,nr_inodes=1500 small "$1" && shift && exec "$@"'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(disk), *argv],
        env={**os.environ, "MROOM_STATE": str(disk / "state")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_disk_that_is_too_small_is_told_before_anything_is_made(tmp_path: Path):
    refused = on_a_small_disk(tmp_path / "disk", MROOM, "twin", "up")
    assert refused.returncode == 1
    assert "disk space in" in refused.stderr
    assert "MiB needed" in refused.stderr
    assert nothing_runs(tmp_path / "disk")


def test_a_disk_that_fills_up_during_the_boot_ends_it_and_leaves_nothing(twin: Twin, tmp_path: Path):
    said = on_a_small_disk(tmp_path / "disk", sys.executable, "-c", BOOT_UNCHECKED, str(tmp_path / "disk/state")).stdout
    assert os.strerror(errno.ENOSPC) in said
    assert said.splitlines()[-1] in ("['keys', 'known_hosts']", "['keys', 'known_hosts', 'twin-up.log']")
    assert nothing_runs(tmp_path / "disk")
    assert set(states(twin).values()) == {"up"}


def test_what_the_nodes_said_is_kept_when_a_twin_does_not_get_ready(
    twin: Twin, own: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(booting, "_READY_SECONDS", 0.0)
    with pytest.raises(preflight.TwinFailure, match="still missing after 0 s"):
        booting.up(twin.site, own, log=lambda _: None)
    assert "--- core-m1 boot.log" in (own / "twin-up.log").read_text()
    assert not (own / "twin").exists()
    assert nothing_runs(own)
