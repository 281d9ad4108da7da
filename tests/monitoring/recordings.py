"""The recordings of real devices, as a poller gets them, and how readings are compared with what is expected."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from monitoring.sensors.reading import Reading
from monitoring.sensors.text import Value

FOLDER = Path(__file__).parents[2].parent / "shared" / "devices"
NAMES = sorted(path.name.removesuffix(".snmprec") for path in FOLDER.glob("*.snmprec"))
_NUMBERS = {"2", "65", "66", "67", "70"}


def oid_of(text: str) -> str:
    return text.lstrip(".")


def load(name: str) -> dict[str, tuple[str, Value]]:
    """OID → (BER tag, value), in the order of the MIB."""
    found: dict[str, tuple[str, Value]] = {}
    for line in (FOLDER / f"{name}.snmprec").read_bytes().split(b"\n"):
        parts = line.split(b"|", 2)
        if len(parts) == 3:
            oid, tag, value = parts[0].decode(), parts[1].decode(), parts[2]
            found.setdefault(oid_of(oid), (tag.rstrip("x"), _value(tag, value)))
    return dict(sorted(found.items(), key=lambda pair: [int(arc) for arc in pair[0].split(".")]))


def _value(tag: str, value: bytes) -> Value:
    data = bytes.fromhex(value.decode()) if tag.endswith("x") else value
    kind = tag.rstrip("x")
    if kind in _NUMBERS:
        return int(data)
    if kind == "6":
        return oid_of(data.decode())
    if kind == "64":
        return ".".join(map(str, data)) if tag.endswith("x") else data.decode()
    return None if kind == "5" else data


def values(recording: dict[str, tuple[str, Value]]) -> dict[str, Value]:
    return {oid: value for oid, (_, value) in recording.items()}


def expected(name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    return rows


def is_port(row: dict[str, object]) -> bool:
    return str(row["class"]).startswith("port_")


@dataclass
class Score:
    """Of one device: how many expected readings are right, and which are not."""

    sensors: Counter[bool] = field(default_factory=Counter)
    ports: Counter[bool] = field(default_factory=Counter)
    descr: int = 0
    wrong: list[str] = field(default_factory=list)


def compare(rows: list[dict[str, object]], wanted: list[dict[str, object]]) -> Score:
    """Rows of `mroom sensors --json` against an expected file: OID, class, value, unit; text and severity of states."""
    score = Score()
    by_oid: dict[object, list[dict[str, object]]] = {}
    for row in rows:
        by_oid.setdefault(row["oid"], []).append(row)
    for want in wanted:
        candidates = by_oid.get(want["oid"], [])
        right = next((row for row in candidates if _same(row, want)), None)
        (score.ports if is_port(want) else score.sensors)[right is not None] += 1
        if right is None:
            score.wrong.append(f"{want['class']} {want['oid']} {want['descr']!r} {_shape(want)}: "
                               f"{[(row['class'], *_shape(row)) for row in candidates] or 'absent'}")  # fmt: skip
        elif str(right["descr"]).lower() == str(want["descr"]).lower():
            score.descr += 1
    return score


def _shape(row: dict[str, object]) -> tuple[object, ...]:
    return row["value"], row["unit"], row.get("state"), row.get("severity")


def _same(row: dict[str, object], want: dict[str, object]) -> bool:
    if row["class"] != want["class"] or row["unit"] != want["unit"]:
        return False
    if not math.isclose(float(str(row["value"])), float(str(want["value"])), rel_tol=1e-6, abs_tol=1e-4):
        return False
    if want.get("state") is not None and str(row["state"]).lower() != str(want["state"]).lower():
        return False
    return want.get("severity") is None or want["class"] != "state" or row["severity"] == want["severity"]


def documents(readings: list[Reading]) -> list[dict[str, object]]:
    return [reading.document() for reading in readings]
