"""The programs that travel to nodes, run here over loopback: what they record, and that they never stay behind."""

from __future__ import annotations

import http.server
import os
import signal
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.probes.counters import Counters
from monitoring.probes.far import Far, FarFailed
from monitoring.probes.http import Beat
from monitoring.probes.udp import AGENT, Pair, Point

POINTS = (Point("left", "127.0.0.2"), Point("right", "127.0.0.3"))
PORT = 20031
SENDERS = min(2, len(os.sched_getaffinity(0)))


def here(node: str, command: str) -> list[str]:
    """Every node is this machine."""
    return ["sh", "-c", command]


def poll(true, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        threading.Event().wait(0.01)
    return False


def test_every_probe_is_accounted_for_in_both_directions():
    with Pair(here, POINTS, PORT, 20) as pair:
        pair.go()
        assert poll(lambda: pair.status().whole_since((0, 0)) >= 200)
        middle = pair.status().sent
        assert poll(lambda: pair.status().whole_since(middle) >= 100)
        part = pair.records(middle)
        streams = pair.stop()
    for at, stream in enumerate(streams):
        assert (stream.source, stream.target) == (("left", "right"), ("right", "left"))[at]
        assert stream.outage(0).lost == 0
        assert list(stream.sent) == sorted(stream.sent)
        assert all(stream.received[n] > stream.sent[n] for n in range(len(stream.sent)))
        assert part[at].first == middle[at]
        assert part[at].sent[0] == stream.sent[middle[at]]
        assert part[at].outage(middle[at], middle[at] + 50).lost == 0


def test_probes_of_another_run_on_the_same_port_are_not_counted():
    import socket

    with Pair(here, POINTS, PORT + 1, 20) as pair:
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(50):
            stranger.sendto(bytes(24), ("127.0.0.3", PORT + 1))
            stranger.sendto(b"x", ("127.0.0.3", PORT + 1))
        stranger.close()
        pair.go()
        assert poll(lambda: pair.status().whole_since((0, 0)) >= 50)
        there, _ = pair.stop()
    assert set(there.received) <= set(range(len(there.sent)))


def _config(seconds: float) -> dict[str, object]:
    settings = {"run": 1, "bind": "127.0.0.2", "peer": "127.0.0.3", "port": PORT + 2, "interval_ns": 1_000_000}
    return {**settings, "max_seconds": seconds, "priority": 1}


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def _below(pid: int) -> list[int]:
    """Its children, each followed by its own."""
    children = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [below for child in children for below in (child, *_below(child))]


def test_what_keeps_the_senders_processor_awake_gives_way_to_everybody():
    far = Far("left", here, AGENT, _config(60))
    pid = int(far.answer()["pid"])
    far.ask("go")
    senders = [_below(pid)[at : at + 2] for at in range(0, 2 * SENDERS, 2)]
    assert len({tuple(os.sched_getaffinity(sender)) for sender, _ in senders}) == SENDERS
    for sender, awake in senders:
        assert os.sched_getscheduler(awake) == os.SCHED_IDLE
        assert os.sched_getaffinity(awake) == os.sched_getaffinity(sender)
        assert len(os.sched_getaffinity(sender)) == 1
    far.close()


def test_when_one_sender_is_held_up_the_other_steps_in_for_it():
    with Pair(here, POINTS, PORT + 3, 20) as pair:
        pair.go()
        assert poll(lambda: pair.status().whole_since((0, 0)) >= 50)
        senders = [pid for pid in _below(os.getpid()) if os.sched_getscheduler(pid) == os.SCHED_FIFO]
        leads = senders[::SENDERS] if SENDERS > 1 else []  # with one processor there is no second sender
        for _ in range(10):  # one that is stopped in the very moment in which it claims a probe holds up both
            for lead in leads:
                os.kill(lead, signal.SIGSTOP)
            held = pair.status().sent
            if poll(lambda held=held: pair.status().whole_since(held) >= 200, 2):
                break
            for lead in leads:
                os.kill(lead, signal.SIGCONT)
        streams = pair.stop()
    for at, stream in enumerate(streams):
        assert stream.outage(held[at], held[at] + 200).lost == 0


def test_a_program_ends_with_its_sender_when_the_connection_ends():
    far = Far("left", here, AGENT, _config(60))
    pid = int(far.answer()["pid"])
    far.ask("go")
    children = _below(pid)
    assert len(children) == 2 * SENDERS, "the senders, and what keeps their processors awake"
    far.close()
    assert poll(lambda: not any(map(_alive, [pid, *children])))


def test_a_program_that_is_killed_takes_its_sender_with_it():
    far = Far("left", here, AGENT, _config(60))
    pid = int(far.answer()["pid"])
    far.ask("go")
    children = _below(pid)
    os.kill(pid, signal.SIGKILL)
    assert poll(lambda: not any(map(_alive, [pid, *children])))
    with pytest.raises(FarFailed, match="ended early"):
        far.ask("status")
    far.close()


def test_a_program_ends_by_itself_after_its_most_seconds():
    far = Far("left", here, AGENT, _config(0.5))
    pid = int(far.answer()["pid"])
    far.ask("go")
    assert poll(lambda: not _alive(pid), 5)
    far.close()


def test_a_node_without_a_way_to_it_is_told_with_what_the_connection_said():
    def nowhere(node: str, command: str) -> list[str]:
        return ["sh", "-c", "echo 'no route to host' >&2; exit 255"]

    # Whether it ends before or after the program was sent, what it said is told.
    with pytest.raises(FarFailed, match="probe on left: ended early: no route to host") as error:
        Far("left", nowhere, AGENT, _config(1)).answer()
    assert error.value.exit_code == 7


def test_counters_of_loopback_rise_by_what_is_sent():
    with Counters(here, (("left", "lo"), ("right", "lo")), 30) as counters, Pair(here, POINTS, PORT + 3, 20) as pair:
        before = counters.read()
        pair.go()
        assert poll(lambda: pair.status().whole_since((0, 0)) >= 200)
        after = counters.read()
    assert after[0].received - before[0].received >= 400
    assert after[0].at_ns > before[0].at_ns


def test_an_interface_that_is_not_there_fails_at_once():
    with pytest.raises(FarFailed, match="line-zzz"):
        Counters(here, (("left", "lo"), ("right", "line-zzz")), 30)


class Site(http.server.BaseHTTPRequestHandler):
    """A page that can be told to fail."""

    broken = ""

    def do_GET(self) -> None:
        if Site.broken == "error":
            self.send_error(503)
            return
        if Site.broken == "silent":
            threading.Event().wait(4.0)
        body = b'<meta name="mroom-host" content="web-s">'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + (100 if Site.broken == "short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def page() -> Iterator[int]:
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that did not wait for its answer is what these tests are about."""

    server = Server(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    Site.broken = ""
    server.shutdown()
    server.server_close()


def beat(port: int) -> Beat:
    url = ("127.0.0.1", port, "/")
    return Beat(here, "staff", url, host="www", per_second=100, timeout_seconds=2.0, max_seconds=30)


@pytest.mark.parametrize(
    ("how", "error"), [("error", "status 503"), ("silent", "timeout"), ("short", "answer cut short")]
)
def test_requests_fail_while_the_page_does_and_are_good_again_after(page, how, error):
    with beat(page) as asking:
        asking.go()
        assert poll(lambda: asking.good_since(0) >= 20)
        Site.broken = how
        failing = asking.started()
        assert poll(lambda: asking.started() >= failing + 10)
        Site.broken = ""
        mended = asking.started()
        assert poll(lambda: asking.good_since(mended) >= 20)
        attempts = asking.stop()
    assert all(attempt.good and attempt.server == "web-s" for attempt in attempts[: failing - 5])
    failed = [attempt for attempt in attempts if not attempt.good]
    assert failed
    assert {attempt.error for attempt in failed} == {error}
    assert all(attempt.good for attempt in attempts[-10:])


def test_a_page_that_nobody_serves_is_refused_and_not_waited_for(page):
    with beat(1) as asking:
        asking.go()
        assert poll(lambda: asking.started() >= 20)
        attempts = asking.stop()
    assert {attempt.good for attempt in attempts} == {False}
    assert all(attempt.duration_ns < 2_000_000_000 for attempt in attempts)


def test_without_root_a_program_runs_and_says_that_it_has_no_real_time_priority():
    def nobody(node: str, command: str) -> list[str]:
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", command]

    reach = nobody if os.geteuid() == 0 else here
    with Pair(reach, POINTS, PORT + 4, 20) as pair:
        pair.go()
        assert poll(lambda: pair.status().whole_since((0, 0)) >= 50)
        there, back = pair.stop()
    assert (there.fifo, back.fifo) == (False, False)
