"""The NOC page with all that stands behind it, real but small: Debian's Prometheus that scrapes what a test says,
Debian's Alertmanager, and the page as a process of its own."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import inventory
from inventory.model import Site
from monitoring.alerts import write
from monitoring.alerts.redundancy import State
from monitoring.alerts.rules import Ground, rule
from monitoring.alerts.subjects import pair_id, pairs
from monitoring.alerts.subjects import port as port_of
from tests.daemon import free_port, running
from tests.monitoring.running_alertmanager import Alertmanager, alertmanager

ROOT = Path(__file__).parents[2]
SITE_FOLDER = ROOT / "inventory" / "sites" / "nishinomiya"
DEADLINE_SECONDS = 30.0
SCRAPE = "500ms"
DAY = dt.date(2026, 4, 1)


@dataclass
class Said:
    """What the exporter of the test says: everything is well until the test says otherwise."""

    site: Site
    down_systems: set[str] = field(default_factory=set)
    down_lines: set[str] = field(default_factory=set)
    pairs: dict[str, str] = field(default_factory=dict)
    silent: bool = False

    def text(self) -> str:
        rows = []
        for system in self.site.systems.values():
            for place in ("staff", "outside") if len(system.entry.scopes) > 1 else ("staff",):
                rows.append(("mroom_system_up", {"system": system.id, "probe": system.probe.kind, "from": place},
                             int(system.id not in self.down_systems)))  # fmt: skip
        for line in self.site.lines.values():
            for end in line.ends:
                labels = {"element": end.device, "port": port_of(self.site, end.device, line.id), "index": "1"}
                rows.append(("mroom_port_oper_state", labels, 2 if line.id in self.down_lines else 1))
        for pair in pairs(self.site):
            now = self.pairs.get(pair_id(pair), "up")
            rows += [("mroom_redundancy_state", {"pair": pair_id(pair), "state": one.value}, int(one.value == now))
                     for one in State]  # fmt: skip
        for number, monitor in enumerate(self.site.monitors.values()):
            labels = {"element": monitor.id, "kind": "monitor", "room": monitor.room, "sensor": "a"}
            rows.append(("mroom_sensor_temperature_celsius", labels, 22.5 + number))
            rows.append(
                ("mroom:pdu_power:watts", {"building": self.site.rooms[monitor.room].building}, 9000 + 1000 * number)
            )
        return "".join(
            name + "{" + ",".join(f'{label}="{one}"' for label, one in labels.items()) + f"}} {value}\n"
            for name, labels, value in rows
        )


@contextmanager
def exporter(said: Said) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"" if said.silent else said.text().encode()
            self.send_response(503 if said.silent else 200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def prometheus(folder: Path, target: int, port_: int) -> Iterator[str]:
    job = {"job_name": "mroom", "scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "honor_labels": True,
           "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}  # fmt: skip
    path = folder / "prometheus.yaml"
    path.write_text(yaml.safe_dump({"scrape_configs": [job]}), encoding="utf-8")
    url = f"http://127.0.0.1:{port_}"
    words = [f"--config.file={path}", f"--storage.tsdb.path={folder / 'tsdb'}",
             f"--web.listen-address=127.0.0.1:{port_}", "--log.level=error"]  # fmt: skip
    with running("prometheus", words, url, folder / "prometheus.log", DEADLINE_SECONDS):
        yield url


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Noc:
    """What a test has in hand."""

    said: Said
    prometheus: str
    alertmanager: Alertmanager
    state: Path
    ground: Ground
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    def another(self) -> Noc:
        """For another page over the same sources."""
        return Noc(self.said, self.prometheus, self.alertmanager, self.state, self.ground)

    def get(self, path: str) -> Answer:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())

    def state_of(self) -> Any:
        return self.get("/api/state").json()

    def until(self, holds: Callable[[Any], bool], seconds: float = DEADLINE_SECONDS) -> Any:
        """The state as soon as something holds of it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.state_of()
            if holds(found):
                return found
            threading.Event().wait(0.1)
        raise AssertionError(f"not within {seconds} s: {json.dumps(found, ensure_ascii=False)[:3000]}")

    def fire(self, *which: tuple[str, str], seconds: float = 3600) -> None:
        """Post alerts as Prometheus would, with the labels and texts of their rules: (alert, element)."""
        now = dt.datetime.now(dt.UTC)
        ends = (now + dt.timedelta(seconds=seconds)).isoformat()
        rows = []
        for alert, subject in self.ground.made:
            if (alert.id, subject.id) in which:
                made = rule(self.ground, alert, subject)
                labels = {"alertname": alert.id, **made["labels"]}
                row = {"labels": labels, "annotations": made["annotations"], "endsAt": ends}
                rows.append(row | ({"startsAt": now.isoformat()} if seconds else {}))
        assert len(rows) == len(which), which
        self.alertmanager.post("alerts", rows)

    @contextmanager
    def firing(self, *which: tuple[str, str]) -> Iterator[None]:
        """Alerts for a while; at the end everything is well again."""
        self.fire(*which)
        try:
            yield
        finally:
            self.fire(*which, seconds=0)
            self.said.down_systems.clear()
            self.said.down_lines.clear()
            self.said.pairs.clear()
            self.until(lambda state: state["overall"] == "ok" and not state["alarms"])


@contextmanager
def page(noc: Noc, *words: str, port: int | None = None) -> Iterator[Noc]:
    """The page of a room, as a process."""
    port_ = port or free_port()
    noc.url = f"http://127.0.0.1:{port_}"
    command = [sys.executable, "-m", "monitoring.page", "--site", str(SITE_FOLDER), "--state", str(noc.state),
               "--prometheus", noc.prometheus, "--alertmanager", noc.alertmanager.url,
               "--listen", f"127.0.0.1:{port_}", *words]  # fmt: skip
    log = noc.state.parent / "page.log"
    with log.open("ab") as out:
        noc.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + DEADLINE_SECONDS
            while True:
                assert noc.process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, "the page does not answer"
                try:
                    if noc.get("/healthz").status == 200:
                        break
                except OSError:
                    threading.Event().wait(0.05)
            yield noc
        finally:
            noc.process.terminate()
            assert noc.process.wait(10) == 0, log.read_text()


@contextmanager
def behind(folder: Path) -> Iterator[Noc]:
    """Everything but the page itself."""
    site = inventory.load(SITE_FOLDER)
    state = folder / "state"
    state.mkdir(mode=0o700)
    keys = state / "keys"
    keys.mkdir()
    for name in ("alert-page", "alert-dead-man", "alert-mail"):
        (keys / name).write_text("token\n")
    write(site, folder, state=state, today=DAY)
    said = Said(site)
    with ExitStack() as stack:
        target = stack.enter_context(exporter(said))
        url = stack.enter_context(prometheus(folder, target, free_port()))
        (folder / "am").mkdir()
        manager = stack.enter_context(alertmanager(folder / "am", folder / "alertmanager.yaml"))
        noc = Noc(said, url, manager, state, Ground(site, DAY))
        noc.fire(("Watchdog", site.site.name))
        yield noc
