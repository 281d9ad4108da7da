"""Traps of SNMP v3 (authPriv): how many the receiver takes on one processor, and where its time goes.

`python -m monitoring.traps` is held to one processor; each message is another, of one engine, about one alarm.
1,000 a second for a while, then 2,000 a second for 5 s: all must be taken, the queue must be empty 10 s after the burst
began, and Alertmanager must be told one alarm. Beside it, in one process: what a message costs pysnmp's own receiver
and ours, and which share of that is BER. Usage: script/bench traps
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.proto.rfc1902 import OctetString

from bench.machine import commit, machine
from bench.trap_messages import ADDRESS, ENGINE, USER, Engine, keys, loopback_site, many
from monitoring.traps.gate import Gate
from monitoring.traps.informs import engine_id
from monitoring.traps.usm import AUTH_IDS, PRIV_IDS, Users

ROOT = Path(__file__).resolve().parent.parent
RATE, BURST_RATE, BURST_SECONDS, DRAINED_SECONDS = 1000, 2000, 5, 10
ALONE = 2000
"""Messages of the comparison within one process."""


class _Sink(BaseHTTPRequestHandler):
    """Takes what Alertmanager would."""

    posts: list[list[dict[str, Any]]]

    def do_POST(self) -> None:
        self.posts.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def sink() -> Iterator[tuple[str, list[list[dict[str, Any]]]]]:
    kind = type("Sink", (_Sink,), {"posts": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kind.posts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Running:
    """The program, held to one processor."""

    def __init__(self, state: Path, url: str, core: int) -> None:
        self.port, self.web = _free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM)
        words = ["--site", str(loopback_site(state)), "--state", str(state), "--port", str(self.port)]
        words += ["--web.port", str(self.web), "--alertmanager", url]
        self.process = subprocess.Popen([sys.executable, "-m", "monitoring.traps", *words], cwd=ROOT)
        os.sched_setaffinity(self.process.pid, {core})
        deadline = time.monotonic() + 60
        while not self.metrics():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit("traps: the receiver did not begin")
            time.sleep(0.1)

    def metrics(self) -> dict[str, float]:
        """Name with labels → value; empty where it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            return {}
        rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    def taken(self) -> float:
        return self.metrics().get('mroom_traps_taken_total{pdu="trap",version="v3"}', 0.0)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _free(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def send(port: int, messages: list[bytes], rate: int) -> float:
    """Send them evenly; the seconds that it took."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((ADDRESS, 0))
        out.connect(("127.0.0.1", port))
        start = time.perf_counter()
        for number, message in enumerate(messages):
            while (ahead := start + number / rate - time.perf_counter()) > 0:
                time.sleep(ahead)
            out.send(message)
        return time.perf_counter() - start


def run(program: Running, messages: list[bytes], rate: int, before: float) -> dict[str, Any]:
    """One flow: what was lost, and how long until all was taken."""
    cpu = program.metrics()["process_cpu_seconds_total"]
    start = time.perf_counter()
    sending = send(program.port, messages, rate)
    deadline = time.perf_counter() + 30
    while (taken := program.taken() - before) < len(messages) and time.perf_counter() < deadline:
        time.sleep(0.02)
    drained, after = time.perf_counter() - start, program.metrics()
    return {
        "rate": rate,
        "sent": len(messages),
        "taken": int(taken),
        "lost_in_socket": int(after['mroom_traps_lost_total{where="socket"}']),
        "lost_in_queue": int(after['mroom_traps_lost_total{where="queue"}']),
        "sending_seconds": round(sending, 3),
        "drained_seconds": round(drained, 3),
        "cpu_seconds": round(after["process_cpu_seconds_total"] - cpu, 3),
        "memory_mib": round(after["process_resident_memory_bytes"] / 2**20, 1),
    }


def flows(seconds: int) -> dict[str, Any]:
    state = Path(tempfile.mkdtemp(prefix="traps-", dir="/var/tmp"))
    keys(state)
    with sink() as (url, posts):
        program = Running(state, url, max(os.sched_getaffinity(0)))
        try:
            buffer = int(program.metrics()["mroom_traps_socket_buffer_bytes"])
            sustained = run(program, list(many(RATE * seconds)), RATE, 0)
            told = len(posts)
            burst = list(many(BURST_RATE * BURST_SECONDS, Engine(boots=2)))
            bursting = run(program, burst, BURST_RATE, sustained["taken"])
        finally:
            program.end()
            shutil.rmtree(state)
    alarms = {json.dumps(alarm["labels"], sort_keys=True) for post in posts for alarm in post}
    return {
        "socket_buffer_bytes": buffer,
        "sustained": {**sustained, "posts": told},
        "burst": {**bursting, "posts": len(posts) - told},
        "alarms": len(alarms),
    }


def alone(take: Callable[[bytes], Any]) -> dict[str, float]:
    """What a message costs in one process, and the share of BER in it."""
    messages = list(many(ALONE))
    take(messages[0])
    start = time.process_time()
    for message in messages[1:]:
        take(message)
    each = (time.process_time() - start) / (ALONE - 1)
    profile = cProfile.Profile()
    again = list(many(ALONE // 4, Engine(boots=2)))
    profile.enable()
    for message in again:
        take(message)
    profile.disable()
    rows = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]  # the stub has no `stats`
    total = sum(row[2] for _, row in rows)
    ber = sum(row[2] for where, row in rows if "pyasn1" in where[0] or where[0].endswith("traps/ber.py"))
    return {"microseconds": round(each * 1e6, 1), "ber_share": round(ber / total, 2)}


def by_pysnmp() -> Callable[[bytes], Any]:
    engine = SnmpEngine()
    config.add_v3_user(
        engine, USER.name, AUTH_IDS[USER.auth], USER.auth_passphrase, PRIV_IDS[USER.priv], USER.priv_passphrase,
        securityEngineId=OctetString(ENGINE),
    )  # fmt: skip
    NotificationReceiver(engine, lambda *_: None)
    return lambda message: engine.message_dispatcher.receive_message(engine, (), (ADDRESS, 1), message)


def by_us() -> Callable[[bytes], Any]:
    gate = Gate(Users([USER]), [], engine_id("bench"), 1, {ADDRESS}, lambda *_: None)
    return lambda message: gate.taken(message, (ADDRESS, 1))


def missed(found: dict[str, Any]) -> list[str]:
    burst = found["burst"]
    wrong = [f"{name}: {found[name]['taken']} of {found[name]['sent']} were taken" for name in ("sustained", "burst")
             if found[name]["taken"] != found[name]["sent"]]  # fmt: skip
    if burst["drained_seconds"] > DRAINED_SECONDS:
        wrong.append(f"burst: drained after {burst['drained_seconds']} s")
    if found["alarms"] != 1:
        wrong.append(f"{found['alarms']} alarms were told")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=30, help="of the steady flow")
    given = parser.parse_args()
    found = flows(given.seconds)
    found["one_message"] = {"pysnmp": alone(by_pysnmp()), "ours": alone(by_us())}
    for name in ("sustained", "burst", "one_message"):
        print(name, found[name])
    document = {**found, "load": round(os.getloadavg()[0], 2), "commit": commit(), "machine": machine()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "traps.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    wrong = missed(found)
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
