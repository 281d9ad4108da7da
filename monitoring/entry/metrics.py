"""What Prometheus gets of entry records: doors, directions, results, counts. Never a person, a card or a file."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.entry.facts.people import INSIDE
from monitoring.entry.store import FILE, FOLDER

_WAIT_SECONDS = 2.0


class EntryCollector(Collector):
    """Reads the database at each scrape, so that counters go on over restarts of whatever process."""

    def __init__(self, state: Path) -> None:
        self._path = state / FOLDER / FILE

    def collect(self) -> Iterator[Metric]:
        """Nothing at all where no entry records are kept; `mroom_entry_up` is 0 where they cannot be read."""
        families: list[Metric] = []
        try:
            if not self._path.exists():
                return
            where = f"{self._path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(where, uri=True, timeout=_WAIT_SECONDS)) as db:
                families = [*_doors(db), *_facts(db), *_lines(db), _inside(db), _last(db), *_files(db)]
        except (sqlite3.Error, OSError):  # a folder that may not be entered, too
            families = []
        yield GaugeMetricFamily("mroom_entry_up", "Whether the entry records can be read.", float(bool(families)))
        yield from families


def _counts(db: sqlite3.Connection, kind: str) -> list[tuple[str, str, str, int]]:
    return db.execute("SELECT a, b, c, number FROM count WHERE kind = ? ORDER BY a, b, c", (kind,)).fetchall()


def _doors(db: sqlite3.Connection) -> Iterator[Metric]:
    events = CounterMetricFamily("mroom_door_events", "What happened at doors.", labels=["door", "direction", "result"])
    for door, direction, result, number in _counts(db, "door"):
        events.add_metric([door, direction, result], number)
    yield events


def _facts(db: sqlite3.Connection) -> Iterator[Metric]:
    facts = CounterMetricFamily("mroom_entry_facts", "What was out of order.", labels=["fact", "element"])
    known = _counts(db, "fact")
    for kind, element, _, number in known:
        facts.add_metric([kind, element], number)
    yield facts
    alarms = GaugeMetricFamily(
        "mroom_entry_alarm", "Whether something that lasts is out of order now.", labels=["fact", "element"]
    )
    lasting = set(db.execute("SELECT kind, element FROM fact WHERE ended IS NULL"))
    kinds = {"held-open", "forced", "silent", "clock-ahead"}
    for kind, element, _, _ in known:
        if kind in kinds:
            alarms.add_metric([kind, element], float((kind, element) in lasting))
    yield alarms


def _lines(db: sqlite3.Connection) -> Iterator[Metric]:
    lines = CounterMetricFamily(
        "mroom_entry_lines",
        "Records read: taken, come late or again, or kept aside and why.",
        labels=["what", "reason"],
    )
    counted: Counter[tuple[str, str]] = Counter()
    for what, reason, _, number in _counts(db, "line"):
        counted[what, reason if what == "aside" else ""] += number
    for (what, reason), number in sorted(counted.items()):
        lines.add_metric([what, reason], number)
    yield lines


def _inside(db: sqlite3.Connection) -> Metric:
    inside = GaugeMetricFamily("mroom_entry_inside", "How many people are in a room.", labels=["room"])
    rooms: Counter[str] = Counter()
    for key, value in db.execute("SELECT key, value FROM memory WHERE kind = ?", (INSIDE,)):
        rooms[key.partition("\t")[0]] += bool(json.loads(value)[2])
    for room, number in sorted(rooms.items()):
        inside.add_metric([room], number)
    return inside


def _last(db: sqlite3.Connection) -> Metric:
    last = GaugeMetricFamily(
        "mroom_entry_last_record_timestamp_seconds", "When a controller told something last.", labels=["controller"]
    )
    for controller, value in db.execute("SELECT key, value FROM memory WHERE kind = 'heard' ORDER BY key"):
        last.add_metric([controller], json.loads(value)[0] / 1000)
    return last


def _files(db: sqlite3.Connection) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "mroom_entry_unread_bytes", "Bytes of files that were seen and not yet read.", labels=["kind"]
    )
    for kind, number in db.execute("SELECT kind, sum(size - offset) FROM file WHERE NOT gone GROUP BY kind"):
        waiting.add_metric([kind], number)
    yield waiting
    kept = GaugeMetricFamily("mroom_entry_aside", "Lines that nobody could read and that are kept aside.")
    kept.add_metric([], db.execute("SELECT count(*) FROM aside").fetchone()[0])
    yield kept
