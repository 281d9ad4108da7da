"""Damaged entry records: every one is an event or has a reason, at once. A run is a line of syslog or a small CSV."""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path
from typing import Any

import inventory
from bench.entries import HEADER, pairs, row, structured
from monitoring.entry.event import Bad
from monitoring.entry.formats.shelf import load_all
from monitoring.entry.records import lines, rows
from monitoring.entry.translate import Translator

ROWS_KEPT = False
"""Too many for bench/results: only how many there were, and the bad ones."""
SITE = Path(__file__).resolve().parents[2] / "inventory" / "sites" / "nishinomiya"
NOW = 1_795_600_000
LONGEST_SECONDS = 0.5
"""Of a record; a good one takes some ten millionths. The rest is for a machine that does other things."""
TEXTS = (b'"', b"\\", b"]", b"[", b"=", b" ", b"\n", b"\r\n", b"\0", b",", b";", b"\xef\xbb\xbf", b"\x81", "٣".encode())


@cache
def translator() -> Translator:
    return Translator(inventory.load(SITE), load_all(), "a campaign's own")


def damaged(chance: random.Random, data: bytes) -> bytes:
    """A few bytes flipped, cut out, doubled or put in, at times very many of them."""
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(0, 13))
        put = chance.choice([b"", data[at:end] * 2, chance.randbytes(4), chance.choice(TEXTS)])
        if chance.random() < 0.02:
            put = chance.choice([put, *TEXTS]) * 5000
        data = data[:at] + put + data[end:]
    return data


def _records(chance: random.Random, seed: int, number: int) -> tuple[bytes, str]:
    """What the run damages, and whether it is syslog or a CSV."""
    at = (seed * 7919 + number) % 1_000_000
    kind = number % 3
    if kind == 0:
        return damaged(chance, structured(at, NOW, "doorctl-s", "door-s-room-front").encode()), "syslog"
    if kind == 1:
        return damaged(chance, pairs(at, NOW, "doorctl-m", "door-m-net-front").encode()), "syslog"
    drop = HEADER + "".join(row(at + n, NOW, "doorctl-c", "door-c-room-front") for n in range(3))
    return damaged(chance, drop.encode("cp932")), "csv"


def _read(data: bytes, kind: str) -> int:
    """How many records there are. Raises what should not be."""
    count = 0
    found = translator().header(next(rows(data), (0, b""))[1]) if kind == "csv" else None
    for _, line in (rows if kind == "csv" else lines)(data):
        count += 1
        try:
            if kind == "syslog":
                translator().syslog(line.decode(), NOW * 1000)
            elif found is not None:
                translator().row(*found, line.decode(found[0].encoding))
        except (Bad, UnicodeDecodeError):
            continue
    return count


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The runs start … start+count-1; `state` holds what was not well met."""
    return [_row(seed, number, state) for number in range(start, start + count)]


def _row(seed: int, number: int, state: Path) -> dict[str, Any]:
    data, kind = _records(random.Random(f"{seed}-{number}"), seed, number)
    began = time.process_time()
    try:
        _read(data, kind)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    else:
        seconds = time.process_time() - began
        if seconds < LONGEST_SECONDS:
            return {"ok": True}
        wrong = f"took {seconds:.2f} s"
    (state / f"{seed}-{number}").write_bytes(data)
    return {"ok": False, "what": wrong[:200]}
