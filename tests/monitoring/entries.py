"""Entry records for the tests: a site, a folder that records come into, and what the database holds."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import inventory
from monitoring.entry.facts import Seen
from monitoring.entry.formats.shelf import load_all
from monitoring.entry.ingest import Ingest
from monitoring.entry.translate import Translator

SITE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"
KEY = "a key of the tests"
DOOR, OTHER = "door-s-room-front", "door-s-room-rear"
NOW = 1_795_600_000
"""Seconds since 1970: Wednesday, 2026-11-25, 18:46:40 in Tokyo."""


@cache
def site(**edits: Any):
    """The example site, with other settings of entry records."""
    found = inventory.load(SITE)
    records = found.site.entry_records.model_copy(update=edits)
    return found.model_copy(update={"site": found.site.model_copy(update={"entry_records": records})})


def translator():
    return Translator(site(), load_all(), KEY)


def line(number, *, seconds=None, controller="doorctl-s", **fields: Any):
    """An RFC 5424 record, ten seconds after the one with the number below it."""
    at = NOW - 5000 + number * 10 if seconds is None else seconds
    values = {"door": DOOR, "result": "granted", "direction": "in", "card": "1", "seq": number, **fields}
    text = " ".join(f'{name}="{value}"' for name, value in values.items() if value is not None)
    time = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
    return f"<86>1 {time} {controller} access - - [entry@32473 {text}]\n"


def seen(at, result="granted", direction="in", card="c", door=DOOR, room="s-room", late=False):
    """An event as the facts see it; `at` in seconds after NOW's midday."""
    return Seen("doorctl-s", door, room, (NOW - 20_000 + at) * 1000, direction, result, card, late)


class Room:
    """A state folder, its spool and CSV folders, and one reader after the other."""

    def __init__(self, state: Path, **edits: Any) -> None:
        self.state, self.site, self.now = state, site(**edits), float(NOW)
        self.open()

    def open(self):
        self.ingest = Ingest(self.site, self.state, load_all(), KEY, clock=lambda: self.now)
        return self

    @property
    def spool(self):
        return self.state / "entry" / "spool"

    @property
    def csv(self):
        return self.state / "entry" / "csv"

    def write(self, text, name="a.log"):
        path = self.spool / name
        with path.open("ab") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode())
        return path

    def turn(self):
        return self.ingest.turn()

    def column(self, query, *values: Any):
        return [row[0] for row in self.ingest.store.rows(query, *values)]

    def sequences(self, controller="doorctl-s"):
        return self.column("SELECT sequence FROM event WHERE controller = ? ORDER BY id", controller)

    def facts(self, *kinds: str):
        rows = self.ingest.store.rows("SELECT kind, element, ended IS NULL, detail FROM fact ORDER BY id")
        return [(kind, element, bool(open_), json.loads(detail)) for kind, element, open_, detail in rows
                if not kinds or kind in kinds]  # fmt: skip

    def aside(self):
        return self.ingest.store.rows("SELECT reason, raw FROM aside ORDER BY id")
