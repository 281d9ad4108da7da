"""The announcer's judgement: when an entry is announced and when it is taken back."""

from __future__ import annotations

import http.server
import importlib.util
import json
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "playbooks/roles/announce/files/mroom_announce.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mroom_announce", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


announce = _load()


def config(**changes: object):
    settings = {
        "system": "website",
        "entry": "203.0.113.80",
        "check": {"command": ["true"]},
        "interval_seconds": 1.0,
        "timeout_seconds": 1.0,
        "rise": 3,
        "fall": 2,
        "hold_down_seconds": 10.0,
        "hold_down_max_seconds": 40.0,
        "steady_seconds": 60.0,
        "lease_seconds": 5.0,
    }
    return announce.Config(**(settings | changes))


def play(health, results: str, start: float = 1000.0) -> str:
    """One check per second; `+` succeeds, `.` fails. Returns A (announced) or - after each."""
    shown = ""
    for second, result in enumerate(results):
        health.observe(result == "+", start + second, config())
        shown += "A" if health.serving else "-"
    return shown


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param("+++++", "--AAA", id="three successes in a row announce"),
        pytest.param("++.+++", "-----A", id="a failure in between starts the count anew"),
        pytest.param("+++.+++", "--AAAAA", id="one failure alone withdraws nothing"),
        pytest.param("+++..", "--AA-", id="two failures in a row withdraw"),
        pytest.param("+++.+.+.", "--AAAAAA", id="failures that are not in a row withdraw nothing"),
        pytest.param("+++..+++++++++++", "--AA----------A" + "A", id="it stays away for the hold-down of ten seconds"),
        pytest.param("+++......................+++", "--AA" + "-" * 23 + "A", id="a long failure has outlived it"),
    ],
)
def test_the_results_of_checks_decide_whether_the_entry_is_announced(results: str, expected: str):
    assert play(announce.Health(), results) == expected


def test_hold_down_doubles_with_each_fall_soon_after_coming_back_up_to_its_limit():
    health, holds, now = announce.Health(), [], 0.0
    for _ in range(5):
        while not health.serving:
            now += 1
            health.observe(ok=True, now=now, config=config())
        for _ in range(2):
            now += 1
            health.observe(ok=False, now=now, config=config())
        holds.append(health.hold_seconds)
    assert holds == [10, 20, 40, 40, 40]


def test_hold_down_is_short_again_after_a_steady_time():
    health = announce.Health()
    assert play(health, "+++..", 0).endswith("-")
    assert play(health, "+" * 100, 10).endswith("A")
    assert play(health, "..", 110).endswith("-")
    assert health.hold_seconds == 10


def test_a_new_process_goes_on_where_the_one_before_it_was_killed(tmp_path: Path):
    path = tmp_path / "website.json"
    health = announce.Health()
    play(health, "+++..")
    announce.save_health(path, health)
    again = announce.load_health(path, present=False)
    assert (again.held_until, again.hold_seconds) == (health.held_until, 10)
    assert play(again, "+++", 1005) == "---", "the hold-down outlives the process"
    assert announce.load_health(path, present=True).serving, "what is on lo decides whether it is announced"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"other": 1}'])
def test_a_broken_state_file_is_as_good_as_none(tmp_path: Path, text: str):
    path = tmp_path / "website.json"
    path.write_text(text)
    assert announce.load_health(path, present=False) == announce.Health()


@pytest.mark.parametrize(
    ("words", "ok"),
    [(["true"], True), (["false"], False), (["sleep", "9"], False), (["/no/such/program"], False)],
)
def test_a_command_that_fails_hangs_or_is_missing_is_a_failed_check(words: list[str], ok: bool):
    assert announce.check(config(check={"command": words}, timeout_seconds=0.2))[0] is ok


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


@pytest.mark.parametrize(("status", "ok"), [(200, True), (204, False), (404, False), (503, False)])
def test_only_200_is_a_good_answer(server, status: int, ok: bool):
    url = f"http://127.0.0.1:{server.server_address[1]}/{status}"
    assert announce.check(config(check={"url": url})) == (ok, f"HTTP {status}")


def test_nobody_who_listens_is_a_failed_check(server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    ok, message = announce.check(config(check={"url": f"http://127.0.0.1:{port}/200"}))
    assert not ok
    assert "refused" in message


def test_the_state_file_is_replaced_as_a_whole(tmp_path: Path):
    path = tmp_path / "website.json"
    announce.save_health(path, announce.Health(message="HTTP 200"))
    assert json.loads(path.read_text())["message"] == "HTTP 200"
    assert [p.name for p in tmp_path.iterdir()] == ["website.json"]
