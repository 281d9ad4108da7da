"""The stand-in for the host computer as it runs: three processes on loopback, killed, stopped and cut off."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bcp.until import until
from monitoring.probes import mainframe, mainframe_jobs

FILES = Path(__file__).parents[2] / "playbooks/roles/mainframe_standin_voter/files"
START = "import sys; from mainframe_standin.program import main; main(sys.argv)"
VOTERS = {"mf-s": "127.0.7.1", "mf-c": "127.0.7.2", "wit-t": "127.0.7.3"}
MEMBERS = ("mf-s", "mf-c")
PORT, PEER_PORT = 20710, 20711
LEASE_SECONDS, ANNOUNCE_SECONDS = 2.0, 0.8
PATIENCE_SECONDS = 60.0
"""For a busy machine."""


class Room:
    """The three hosts; a folder each is their disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = self.other = ""
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, host: str) -> None:
        settings = {
            "host": host,
            "members": list(MEMBERS),
            "voters": VOTERS,
            "listen": VOTERS[host],
            "port": PORT,
            "peer_port": PEER_PORT,
            "folder": str(self.folder / host),
            "lease_seconds": LEASE_SECONDS,
            "renew_seconds": 0.2,
            "patience_seconds": 1.0,
            "announce_seconds": ANNOUNCE_SECONDS,
        }
        path = self.folder / f"{host}.json"
        path.write_text(json.dumps(settings))
        argv = [sys.executable, "-c", START, str(path)]
        with (self.folder / f"{host}.log").open("ab") as log:
            self.running[host] = subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": str(FILES)}, stderr=log)

    def signal(self, host: str, number: int) -> None:
        self.running[host].send_signal(number)

    def kill(self, host: str) -> None:
        self.running[host].kill()
        self.running[host].wait()

    def ask(self, host: str, line: str) -> str:
        """The answer; a word for none."""
        try:
            return mainframe.ask(self.config(host), line)
        except (OSError, mainframe.Failed):
            return "SILENT"

    def status(self, host: str) -> dict[str, Any]:
        return dict(json.loads(self.ask(host, "STATUS").partition(" ")[2] or "{}"))

    def leads(self, host: str) -> bool:
        return self.status(host).get("primary") == host

    def in_step(self, host: str) -> bool:
        """Whether the host leads and the other one has all its jobs."""
        status = self.status(host)
        return bool(status.get("primary") == host and status["last"] == status["copied"])

    def config(self, host: str) -> dict[str, Any]:
        return {"address": VOTERS[host], "port": PORT, "timeout_seconds": 2.0}

    def announces(self, host: str) -> bool:
        with socket.create_connection((VOTERS[host], PORT), 2) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return one.makefile("rb").readline().split()[1] == b"200"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(tmp_path_factory.mktemp("room"))
    try:
        for host in VOTERS:
            room.start(host)
        yield room
    finally:
        for one in room.running.values():
            one.kill()
            one.wait()


@pytest.fixture
def led(room: Room) -> Room:
    """One member leads and the other one has what it has; `first` and `other` name them."""
    for host, process in room.running.items():
        process.send_signal(signal.SIGCONT)
        if process.poll() is not None:
            room.start(host)
    assert until(lambda: any(room.in_step(host) for host in MEMBERS), PATIENCE_SECONDS) is not None
    room.first = next(host for host in MEMBERS if room.in_step(host))
    (room.other,) = set(MEMBERS) - {room.first}
    return room


def accepted(room: Room, host: str, text: str) -> str:
    said = room.ask(host, f"SUBMIT {text}").split()
    assert said[0] == "ACCEPTED", said
    assert said[2] == host
    return said[1]


def unreplicated(room: Room) -> dict[str, Any]:
    return dict(json.loads(room.ask(room.other, "UNREPLICATED").partition(" ")[2]))


def test_a_job_is_accepted_and_found_again_in_the_other_building(led: Room):
    found = mainframe.probe(led.config(led.first))
    assert found["ok"], found
    assert found["served_by"] == led.first
    assert f"found again in the copy of {led.other}" in found["message"]
    assert led.ask(led.other, "SUBMIT a job").startswith(f"REFUSED {led.other} is not the primary")
    assert led.ask(led.other, "FIND 1.1").startswith(f"REFUSED {led.other} is not the primary")
    assert led.announces(led.first)
    assert not led.announces(led.other)


def test_an_old_primary_that_comes_back_gives_up_its_jobs_to_a_list_and_none_is_dropped(led: Room):
    led.kill(led.other)
    lost = [accepted(led, led.first, f"only here {n}") for n in range(3)]
    led.signal(led.first, signal.SIGSTOP)
    led.start(led.other)
    assert until(lambda: led.leads(led.other), PATIENCE_SECONDS) is not None
    new = [accepted(led, led.other, f"afterwards {n}") for n in range(2)]
    led.signal(led.first, signal.SIGCONT)
    assert led.ask(led.first, "SUBMIT late").startswith("REFUSED"), "a primary that stood still takes nothing any more"
    assert not led.announces(led.first)
    assert until(lambda: led.in_step(led.other), PATIENCE_SECONDS) is not None
    listed = unreplicated(led)
    assert [(one["job"], one["text"], one["host"]) for one in listed["jobs"] if one["job"] in lost] == [
        (job, f"only here {n}", led.first) for n, job in enumerate(lost)
    ]
    assert listed["silent"] == []
    assert [led.ask(led.other, f"FIND {job} COPY") for job in lost] == [
        f"UNREPLICATED {led.first} only here {n}" for n in range(3)
    ]
    assert [led.ask(led.other, f"FIND {job} COPY") for job in new] == [
        f"FOUND {led.first} afterwards {n}" for n in range(2)
    ]
    led.kill(led.first)
    led.start(led.first)
    again = "the list outlives the process"
    assert until(lambda: unreplicated(led) == listed, PATIENCE_SECONDS) is not None, again


def test_the_tool_counts_what_a_promotion_lost(led: Room):
    sender = mainframe_jobs.Sender({**led.config(led.first), "per_second": 50, "max_seconds": 60})
    sending = threading.Thread(target=sender.run)
    sending.start()
    assert until(lambda: len(sender.acknowledged) >= 20, PATIENCE_SECONDS) is not None
    led.signal(led.other, signal.SIGSTOP)
    copied = int(led.status(led.first)["copied"].partition(".")[2])
    enough = len(sender.acknowledged) + 20
    assert until(lambda: len(sender.acknowledged) >= enough, PATIENCE_SECONDS) is not None
    sender.stopped.set()
    sending.join()
    whole = sender.count()
    assert (whole["found"], whole["lost"]) == (whole["acknowledged"], [])
    led.kill(led.first)
    led.signal(led.other, signal.SIGCONT)
    assert until(lambda: led.leads(led.other), PATIENCE_SECONDS) is not None
    sender.config["address"] = VOTERS[led.other]
    after = sender.count()
    last = int(sender.acknowledged[-1][0].partition(".")[2])
    assert 0 < len(after["lost"]) <= last - copied
    assert after["found"] + len(after["lost"]) == after["acknowledged"] == whole["acknowledged"]
    assert [one["number"] for one in after["lost"]] == sorted(number for _, number, *_ in sender.acknowledged)[
        -len(after["lost"]) :
    ], "lost is the end of the stream, nothing in between"
    assert (after["kept_aside"], after["silent"]) == (0, [led.first])
    led.start(led.first)
    assert until(lambda: led.in_step(led.other), PATIENCE_SECONDS) is not None
    assert sender.count()["kept_aside"] == len(after["lost"]), "once it is back, each of them is listed"


def test_without_the_witness_and_the_other_building_nobody_accepts(led: Room):
    led.kill(led.other)
    assert until(lambda: led.leads(led.first) and led.announces(led.first), PATIENCE_SECONDS) is not None
    found = mainframe.probe(led.config(led.first))
    assert found["ok"]
    assert "alone: the other building does not answer" in found["message"]
    led.kill("wit-t")
    assert until(lambda: not led.announces(led.first), PATIENCE_SECONDS) is not None
    assert until(lambda: not led.leads(led.first), PATIENCE_SECONDS) is not None
    assert led.ask(led.first, "SUBMIT a job").startswith("REFUSED")
    assert not mainframe.probe(led.config(led.first))["ok"]
    led.start("wit-t")
    assert until(lambda: led.leads(led.first), PATIENCE_SECONDS) is not None


def test_the_entry_is_given_up_before_the_lease_of_a_primary_that_is_alone_runs_out(led: Room):
    for host in (led.other, "wit-t"):
        led.signal(host, signal.SIGSTOP)
    assert until(lambda: not led.announces(led.first), PATIENCE_SECONDS, 0.01) is not None
    assert led.leads(led.first), "the lease lasts longer than the entry"


def test_a_process_that_starts_anew_leads_again_in_a_later_epoch(led: Room):
    job, epoch = accepted(led, led.first, "before"), led.status(led.first)["epoch"]
    led.kill(led.first)
    led.start(led.first)
    assert until(lambda: led.leads(led.first) or led.leads(led.other), PATIENCE_SECONDS) is not None
    leader = led.first if led.leads(led.first) else led.other
    assert led.status(leader)["epoch"] > epoch
    assert led.ask(leader, f"FIND {job}") == f"FOUND {leader} before"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("SUBMIT", "REFUSED a job is one line of printable text"),
        ("SUBMIT  two spaces", "REFUSED a job is one line of printable text"),
        ("SUBMIT bell \a", "REFUSED a job is one line of printable text"),
        ("FIND 7", "REFUSED say FIND EPOCH.NUMBER"),
        ("FIND 7.7 PLEASE", "REFUSED say FIND EPOCH.NUMBER"),
        ("FIND 99.99", "MISSING {first}"),
        ("FIND 99.1", "MISSING {first}"),
        ("FIND {job}", "FOUND {first} a job"),
        ("UNREPLICATED", 'LISTED {"jobs": ['),
        ("HELLO", "REFUSED say SUBMIT TEXT, FIND JOB"),
        ("SUBMIT " + "x" * 5000, "SILENT"),
    ],
)
def test_every_line_has_one_answer(led: Room, line: str, answer: str):
    job = accepted(led, led.first, "a job")
    said = led.ask(led.first, line.replace("{job}", job))
    assert said.startswith(answer.replace("{first}", led.first))


def test_a_stranger_has_no_vote(led: Room):
    with socket.create_connection((VOTERS[led.first], PEER_PORT), 5, ("127.0.7.9", 0)) as one:
        one.sendall(b'{"ask": "lease", "candidate": "me", "epoch": 99, "dry": false}\n')
        # The connection ends with or without a reset, depending on whether the question had come by then.
        with contextlib.suppress(ConnectionResetError):
            assert one.makefile("rb").readline() == b""
    assert led.leads(led.first)
