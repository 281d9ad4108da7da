"""What other systems know, as CSV: audits of the sections (ISMS), and the list of the existing asset system."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.sheet.table import key
from inventory.words import either

MOST_ROWS = 100_000
AUDIT_HEADINGS = {"section": "部署", "kind": "種別", "date": "実施日", "result": "結果"}
ASSET_HEADINGS = {"asset": "資産番号", "name": "名称"}
KINDS = {"内部監査": "internal", "internal": "internal", "自己点検": "self-check", "self-check": "self-check"}


class RecordsBroken(Exception):
    """An imported list cannot be used; every wrong line is in the message."""

    exit_code, code = 2, "records"
    hint = "mend the lines that are named, or leave the option out"


@dataclass(frozen=True)
class Audit:
    """An audit of a section; `date` is None for one that has not been done."""

    section: str
    kind: str
    date: dt.date | None
    result: str


@dataclass(frozen=True)
class Asset:
    asset: str
    name: str


def audits(path: Path, data: bytes) -> list[Audit]:
    """Audit records. Raises RecordsBroken."""
    found, wrong = [], []
    for line, row in _rows(path, data, AUDIT_HEADINGS):
        kind = KINDS.get(row["kind"])
        try:
            date = dt.date.fromisoformat(row["date"].replace("/", "-")) if row["date"] else None
        except ValueError:
            wrong.append(f"{path.name}:{line}: {row['date']!r} is no date (YYYY-MM-DD)")
            continue
        if not row["section"] or kind is None:
            wrong.append(f"{path.name}:{line}: a section, and one of {either(list(KINDS))}, are wanted")
            continue
        found.append(Audit(row["section"], kind, date, row["result"]))
    _refuse(wrong)
    return found


def assets(path: Path, data: bytes) -> list[Asset]:
    """The list of the existing asset system. Raises RecordsBroken."""
    found, wrong = dict[str, Asset](), []
    for line, row in _rows(path, data, ASSET_HEADINGS):
        if not row["asset"]:
            wrong.append(f"{path.name}:{line}: no asset number")
        elif row["asset"] in found:
            wrong.append(f"{path.name}:{line}: the asset number {row['asset']} stands twice")
        else:
            found[row["asset"]] = Asset(row["asset"], row["name"])
    _refuse(wrong)
    return list(found.values())


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        raise RecordsBroken("\n".join(wrong[:20]))


def _rows(path: Path, data: bytes, headings: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    """Line number and fields of every row that is not blank. Headings may be in either language."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordsBroken(f"{path.name} is not UTF-8 (byte {error.start})") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise RecordsBroken(f"{path.name}:{reader.line_num}: {error}") from None
    header = [key(text) for text in lines[0][1]] if lines else []
    places: dict[str, int] = {}
    for name, japanese in headings.items():
        found = [place for place, text in enumerate(header) if text in {key(name), key(japanese)}]
        if len(found) != 1:
            raise RecordsBroken(f"{path.name}:1: one column {name} or {japanese} is wanted, {len(found)} are there")
        places[name] = found[0]
    if len(lines) > MOST_ROWS:
        raise RecordsBroken(f"{path.name} has more than {MOST_ROWS} rows")
    rows = (
        (line, {n: row[at].strip() if at < len(row) else "" for n, at in places.items()}) for line, row in lines[1:]
    )
    return [(line, row) for line, row in rows if any(row.values())]
