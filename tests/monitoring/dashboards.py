"""A room for the tests of dashboards: what a Prometheus of a NOC node would have, as one page to scrape."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import CollectorRegistry, generate_latest

from monitoring.alerts import write as write_rules
from monitoring.alerts.metrics import table
from monitoring.alerts.redundancy import State
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import pair_id, pairs, port
from monitoring.devices import load_all
from monitoring.entry.metrics import EntryCollector
from monitoring.exporter.discovery import targets
from monitoring.exporter.own import Own
from monitoring.exporter.recipe import learn
from monitoring.exporter.result import result_text
from monitoring.exporter.scrape import Scraped
from monitoring.exporter.slots import Slots
from monitoring.exporter.target import Targets
from monitoring.sensors.match import SYS_OBJECT_ID, matching
from monitoring.snmp.credential import Community
from monitoring.traps.alarms import Alarms
from monitoring.traps.intake import Intake
from monitoring.traps.notification import Notification
from monitoring.traps.own import Own as TrapsOwn
from monitoring.traps.usm import Users
from tests.daemon import free_port, running
from tests.monitoring.alerting import DAY, SITE, said
from tests.monitoring.entries import NOW, Room, line
from tests.monitoring.running import samples
from twin.facility.physics import Plant

DEADLINE_SECONDS = 60.0
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def page(rooms: dict[str, Plant], state: Path) -> str:
    """All that a scrape of everything gives: the programs' own texts; those of devices with the labels of `/sd`."""
    labels = {one["labels"]["element"]: one["labels"] for one in targets(SITE, DAY)}
    found: list[str] = []
    answered = result_text(Scraped(success=True, seconds=0.05))
    for id_, own in labels.items():
        plant = next((one for one in rooms.values() if id_ in one.plan["agents"]), None)
        text = said(plant, id_) if plant else ports(id_) if id_ in SITE.devices else ""
        found += _lines(text + answered, own)
    for text in (_exporter(), _traps(), _entry(state)):
        found += _lines(text, {"element": "noc"})
    return "\n".join([*found, *_not_ours(), *_not_yet()]) + "\n"


def ports(device: str) -> str:
    """The exporter's text of a router whose lines are up."""
    values: dict[str, Any] = {SYS_OBJECT_ID: "1.3.6.1.4.1.8072.3.2.10"}
    ends = [one.id for one in SITE.lines.values() for end in one.ends if end.device == device]
    for index, id_ in enumerate(ends, 1):
        values |= {f"{IFX}.1.{index}": port(SITE, device, id_).encode(), f"{IF}.2.{index}": b"x", f"{IF}.8.{index}": 1,
                   f"{IF}.7.{index}": 1, f"{IFX}.6.{index}": 10**9, f"{IFX}.10.{index}": 10**9}  # fmt: skip
    return learn(matching(load_all(), values), values).render(values) if ends else ""


def _lines(text: str, more: dict[str, str]) -> Iterator[str]:
    for (name, pairs_), value in samples(text).items():
        own = {key: one for key, one in more.items() if not key.startswith("__")} | dict(pairs_)
        yield _line(name, own, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    return f"{name}{{{','.join(f'{key}={json.dumps(one)}' for key, one in sorted(labels.items()))}}} {value!r}"


def _exporter() -> str:
    all_ = Targets()
    all_.get("198.18.36.111", 161, "auto", "site", Community("public"))
    own = Own(all_, Slots())
    own.probed(Scraped(success=True, seconds=0.1))
    return own.text().decode()


def _traps() -> str:
    intake = Intake("127.0.0.1", 0, lambda *_: None)
    with intake.socket:
        own = TrapsOwn(intake, Alarms(Ground(SITE, DAY)), Users([]))
        own.taken(Notification("198.18.36.111", "v3", inform=False, trap="1.3.6", values={}))
        return own.text().decode()


def _entry(state: Path) -> str:
    """Records of one door of each controller, one of them forced."""
    room = Room(state)
    doors = {door.controller: door.id for door in SITE.doors.values()}
    text = "".join(
        line(number, controller=controller, door=door) for number, (controller, door) in enumerate(doors.items())
    )
    room.write(text + line(99, result="forced", card=None, direction="none", seconds=NOW - 10))
    room.turn()
    registry = CollectorRegistry()
    registry.register(EntryCollector(state))
    return generate_latest(registry).decode()


def _not_ours() -> Iterator[str]:
    """What Alertmanager says of itself in a pair."""
    yield _line("alertmanager_cluster_members", {"element": "noc"}, 2.0)
    yield _line("alertmanager_notifications_failed_total", {"element": "noc", "integration": "webhook"}, 0.0)


def _not_yet() -> Iterator[str]:
    """What nobody emits in the tests of this folder, with the labels that the table of metrics gives."""
    given: dict[str, list[dict[str, str]]] = {
        "mroom_redundancy_state": [
            {"pair": pair_id(pair), "state": one.value} for pair in pairs(SITE) for one in State
        ],
        "mroom_line_loss_ratio": [{"line": id_, "direction": way} for id_ in SITE.lines for way in ("out", "back")],
        "mroom_bfd_session_up": [{"line": id_, "element": "core-s1"} for id_ in SITE.lines],
        "mroom_system_up": [{"system": id_, "probe": id_, "from": "staff"} for id_ in SITE.systems],
        "mroom_exchange_up": [{"exchange": id_} for id_ in SITE.exchanges],
        "mroom_backup_age_seconds": [{"system": id_} for id_ in SITE.systems],
    }
    for name, rows in given.items():
        wanted = set(table()[name].labels.split(", "))
        for labels in rows:
            assert set(labels) == wanted, name
            yield _line(name, labels, float(labels.get("state", "up") == "up"))


class Pages:
    """Serves a text that may change."""

    def __init__(self, text: str) -> None:
        self.text = text

    @contextmanager
    def served(self) -> Iterator[int]:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = pages.text.encode()
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, expr: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each series, now."""
        expr = expr.replace("$__rate_interval", "10s")
        with urllib.request.urlopen(
            f"{self.url}/api/v1/query", urllib.parse.urlencode({"query": expr}).encode(), timeout=20
        ) as answer:
            document = json.load(answer)
        assert document["status"] == "success", document
        return [(row["metric"], float(row["value"][1])) for row in document["data"]["result"]]

    def without_data(self, exprs: list[str]) -> list[str]:
        """Those that have nothing to show when the time is up."""
        deadline, left = time.monotonic() + DEADLINE_SECONDS, exprs
        while left and time.monotonic() < deadline:
            left = [expr for expr in left if not self.ask(expr)]
        return left

    def until(self, expr: str, value: float) -> float:
        """The first value, as soon as it is the wanted one or the time is up."""
        deadline, found = time.monotonic() + DEADLINE_SECONDS, float("nan")
        while found != value and time.monotonic() < deadline:
            found = next((one for _, one in self.ask(expr)), found)
        return found


@contextmanager
def prometheus(folder: Path, scraped: int) -> Iterator[Prometheus]:
    """Debian's Prometheus, which scrapes that port and itself, with the recording rules of the site."""
    write_rules(SITE, folder, state=folder, today=DAY)
    port_ = free_port()
    own = {"scrape_interval": "1s", "scrape_timeout": "1s", "honor_labels": True}
    configuration = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": [str(path) for path in (folder / "rules").glob("recording*.yaml")],
        "scrape_configs": [
            {"job_name": job, **own, "static_configs": [{"targets": [f"127.0.0.1:{at}"], "labels": {"element": "noc"}}]}
            for job, at in (("mroom", scraped), ("prometheus", port_))
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    words = [f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}",
             f"--web.listen-address=127.0.0.1:{port_}", "--log.level=error"]  # fmt: skip
    url = f"http://127.0.0.1:{port_}"
    with running("prometheus", words, url, folder / "log", DEADLINE_SECONDS):
        yield Prometheus(url)
