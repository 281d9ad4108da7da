"""Entry records that arrive while `monitoring.entry` is killed: none is lost, none counts twice.

A run writes 20,000 records of three controllers, one by RFC 5424 with renaming rotation, one by RFC 3164 with
copytruncate and without sequence numbers, one by CSV drops, among them lines that nobody can read. While it writes, and
again while the rest is read, the reader gets SIGKILL at a moment that is drawn. 50 runs are 10^6 records and 100 kills.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import inventory
from bench.entries import HEADER, pairs, row, structured, what
from inventory.model import Site
from monitoring.entry.store import FILE, FOLDER
from monitoring.entry.translate import Hasher

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "inventory" / "sites" / "nishinomiya"
RECORDS = 20_000
SHARES = {"doorctl-s": 0.5, "doorctl-m": 0.3, "doorctl-c": 0.2}
DOORS = {"doorctl-s": "door-s-room-front", "doorctl-m": "door-m-net-front", "doorctl-c": "door-c-room-front"}
STEPS = 60
KEY = "a campaign's own"
LONGEST_SECONDS = 120.0
BAD_SHARE = 0.002


class Writer:
    """The controllers of one run: what they write, and what of it was no record."""

    def __init__(self, state: Path, chance: random.Random, records: int) -> None:
        self.chance, self.bad = chance, 0
        self.spool, self.csv = state / FOLDER / "spool", state / FOLDER / "csv"
        for folder in (self.spool, self.csv):
            folder.mkdir(parents=True)
        self.begin = int(time.time()) - records * 100 // 1000 - 3600
        self.done = dict.fromkeys(SHARES, 0)
        self.total = {name: int(records * share) for name, share in SHARES.items()}
        self.drops = 0

    def _lines(self, controller: str, upto: int) -> Iterator[str]:
        make = {"doorctl-s": structured, "doorctl-m": pairs, "doorctl-c": row}[controller]
        for number in range(self.done[controller], upto):
            if self.chance.random() < BAD_SHARE:
                self.bad += 1
                yield f"rubbish {self.bad}\n"
            yield make(number, self.begin, controller, DOORS[controller])
        self.done[controller] = upto

    def step(self, at: int, steps: int) -> None:
        """Write the records of one step, in pieces that end anywhere, and rotate at times."""
        for controller, total in self.total.items():
            text = "".join(self._lines(controller, total * (at + 1) // steps))
            if controller == "doorctl-c":
                self._drop(text)
                continue
            path = self.spool / f"{controller}.log"
            data = text.encode()
            cut = self.chance.randrange(len(data) + 1)
            for piece in (data[:cut], data[cut:]):
                with path.open("ab") as stream:
                    stream.write(piece)
            if self.chance.random() < 0.2:
                self._rotate(path, copy=controller == "doorctl-m")

    def _drop(self, text: str) -> None:
        self.drops += 1
        hidden = self.csv / f".{self.drops}"
        hidden.write_bytes((HEADER + text).encode("cp932"))
        hidden.rename(self.csv / f"{self.drops:04d}.csv")

    @staticmethod
    def _rotate(path: Path, *, copy: bool) -> None:
        older = sorted(path.parent.glob(f"{path.name}.*"), key=lambda one: -int(one.suffix[1:]))
        for one in older:
            one.rename(one.with_suffix(f".{int(one.suffix[1:]) + 1}"))
        target = path.with_name(f"{path.name}.1")
        if copy:
            shutil.copyfile(path, target)
            os.truncate(path, 0)
        else:
            path.rename(target)


def reader(state: Path, *more: str) -> subprocess.Popen[bytes]:
    """`monitoring.entry` on a state."""
    words = [sys.executable, "-m", "monitoring.entry", "--site", str(SITE), "--state", str(state), *more]
    return subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """SIGKILL after so many seconds; False when it had ended before."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


def _has_begun(state: Path) -> bool:
    """Whether anything is in the database: kills are drawn from then on."""
    file = state / FOLDER / FILE
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            return bool(db.execute("SELECT count(*) FROM event").fetchone()[0])
    except sqlite3.Error:
        return False


def _wait_begun(state: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not _has_begun(state) and process.poll() is None and time.monotonic() < deadline:
        select.select([], [], [], 0.005)


def wrong(state: Path, site: Site, writer: Writer) -> list[str]:
    """What is not in the database exactly once and in order."""
    found: list[str] = []
    hashed = Hasher(site.site.entry_records, KEY)
    with sqlite3.connect(f"file:{state / FOLDER / FILE}?mode=ro", uri=True) as db:

        def one(query: str, *values: Any) -> Any:
            return db.execute(query, values).fetchone()[0]

        for controller, total in writer.total.items():
            rows = db.execute(
                "SELECT sequence, card, result FROM event WHERE controller = ? ORDER BY id", (controller,)
            )
            said = [(sequence, card, result in {"granted", "denied"}) for sequence, card, result in rows]
            for number in range(max(total, len(said))):
                word, person = what(number)
                whose = hashed(str(person)) if word in {"in", "out", "denied"} else ""
                sequence = None if controller == "doorctl-m" else number
                if number >= total or number >= len(said) or said[number] != (sequence, whose, bool(whose)):
                    found.append(f"{controller}: {len(said)} of {total} records, the first wrong one is {number}")
                    break
        aside = [raw.decode() for (raw,) in db.execute("SELECT raw FROM aside")]
        if sorted(aside) != sorted(f"rubbish {number + 1}" for number in range(writer.bad)):
            found.append(f"{len(aside)} lines aside, {writer.bad} written")
        if again := one("SELECT coalesce(sum(number), 0) FROM count WHERE kind = 'line' AND a IN ('again', 'late')"):
            found.append(f"{again} records came twice or late")
        counted = one("SELECT sum(number) FROM count WHERE kind = 'door'")
        if counted != sum(writer.total.values()):
            found.append(f"{counted} events counted")
        # the records are an hour old, so that a door whose closing is still to be written has stood open for an hour
        expected = ("out-of-hours", "no-ticket", "denied-burst", "held-open")
        for kind, number in db.execute("SELECT kind, count(*) FROM fact GROUP BY kind"):
            if kind not in expected:
                found.append(f"{number} facts {kind}")
    return found


def one(site: Site, seed: str, state: Path, records: int = RECORDS) -> dict[str, Any]:
    """One run: the row."""
    chance = random.Random(seed)
    shutil.rmtree(state, ignore_errors=True)
    writer = Writer(state, chance, records)
    (state / "keys").mkdir()
    (state / "keys" / "entry-cards").write_text(KEY, encoding="utf-8")
    first = reader(state)
    victim_step, kills = chance.randrange(STEPS), 0
    for at in range(STEPS):
        writer.step(at, STEPS)
        if at == 0:
            _wait_begun(state, first)
        select.select([], [], [], chance.uniform(0, 0.02))
        if at == victim_step:
            kills += _killed(first, chance.uniform(0, 0.3))
    second = reader(state, "--once")
    kills += _killed(second, chance.uniform(0.3, 1.5))
    last = reader(state, "--once")
    _, said = last.communicate(timeout=LONGEST_SECONDS)
    problems = [f"ended with {last.returncode}: {said.decode()}"] if last.returncode else wrong(state, site, writer)
    if not problems:
        shutil.rmtree(state)
    return {"ok": not problems, "what": "; ".join(problems), "records": records, "kills": kills, "bad": writer.bad}


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The rows of the runs start … start+count-1; the state of one that was not good is kept."""
    site = inventory.load(SITE)
    return [one(site, f"{seed}-{number}", state / f"{seed}-{number}") for number in range(start, start + count)]
