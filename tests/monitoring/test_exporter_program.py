"""`python -m monitoring.exporter`, as a unit starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.monitoring import entries
from tests.monitoring.running import samples

ROOT = Path(__file__).parents[2]
SITE = ROOT / "inventory" / "sites" / "nishinomiya"


def started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitoring.exporter", "--site", str(SITE), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def state(tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("snmp-auth", "snmp-priv"):
        (keys / name).write_text("a long passphrase")
    return tmp_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answered(url: str, running: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert running.poll() is None, running.stderr.read()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            os.sched_yield()
    raise AssertionError(f"{url} was never answered")


def test_it_serves_until_it_is_told_to_end(state):
    port = free_port()
    room = entries.Room(state)
    room.write(entries.line(1))
    room.turn()
    running = started("--state", str(state), "--port", str(port))
    try:
        assert answered(f"http://127.0.0.1:{port}/-/healthy", running) == "Healthy.\n"
        assert len(json.loads(answered(f"http://127.0.0.1:{port}/sd", running))) > 50
        own = samples(answered(f"http://127.0.0.1:{port}/metrics", running))
        door = {"door": entries.DOOR, "direction": "in", "result": "granted"}
        assert own["mroom_door_events_total", frozenset(door.items())] == 1
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) in {(0, "", ""), (-signal.SIGTERM, "", "")}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--state", "nowhere"], 7, "which does not exist"),
        (["--state", "{state}", "--web.config.file", "nowhere.yaml"], 1, "No such file"),
        (["--state", "{state}", "--user", "more=env:NOT_SET"], 2, "NOT_SET is not set"),
        (["--state", "{state}", "--site", "nowhere"], 3, "invalid"),
    ],
)
def test_what_keeps_it_from_starting_is_told(words, code, says, state):
    running = started(*(word.format(state=state) for word in words))
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
    assert "\n  next: " in err
