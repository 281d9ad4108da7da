"""A sheet as rows of text: a workbook (xlsx) or a CSV file. Nothing in it is run, and its size is bounded."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.sheet import RowProblem, SheetBroken
from audit.sheet.mapping import Where
from inventory.words import did_you_mean, either

MOST_BYTES = 16 * 1024 * 1024
MOST_UNPACKED = 256 * 1024 * 1024
"""A workbook is a zip file, which may hold far more than it seems to."""
MOST_ROWS = 20_000
"""A sheet of 47 items has a few hundred; blank rows that were once coloured count too."""
XLSX = b"PK\x03\x04"


@dataclass(frozen=True)
class Table:
    """`rows`: number of the row in the sheet → heading → text."""

    rows: dict[int, dict[str, str]]
    problems: tuple[RowProblem, ...]


def load(path: Path, data: bytes, where: Where, headings: Iterable[str]) -> Table:
    """The rows below the header that are not blank. Raises SheetBroken."""
    if len(data) > MOST_BYTES:
        message = f"{path.name} is too big: {len(data)} bytes"
        raise SheetBroken(message, f"give the one sheet alone, at most {MOST_BYTES} bytes")
    cells, problems = _workbook(path, data, where) if data.startswith(XLSX) else _csv(path, data, where)
    return _table(path, cells, problems, where, list(headings))


Cells = dict[int, list[str]]


def _csv(path: Path, data: bytes, where: Where) -> tuple[Cells, list[RowProblem]]:
    if b"\0" in data or data.startswith(b"\xd0\xcf\x11\xe0"):
        hint = "save it as .xlsx or as CSV; the older .xls is not read"
        raise SheetBroken(f"{path.name} is neither a workbook (xlsx) nor CSV", hint)
    try:
        text = data.decode("utf-8-sig" if where.encoding == "utf-8" else where.encoding)
    except UnicodeDecodeError as error:
        other = "cp932" if where.encoding == "utf-8" else "utf-8"
        message = f"{path.name} is not {where.encoding}: byte {error.start} is {data[error.start]:#04x}"
        raise SheetBroken(message, f"write `encoding: {other}` in the `sheet:` block, or save it anew") from None
    cells: Cells = {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            # a quoted field may go over lines: the row is where it begins
            cells[len(cells) + 1] = [_clean(field) for field in row]
            _bounded(path, len(cells))
    except csv.Error as error:
        message = f"{path.name}: line {reader.line_num} is no CSV: {error}"
        raise SheetBroken(message, "look at the quotes of that line and the one before it") from None
    return cells, []


def _workbook(path: Path, data: bytes, where: Where) -> tuple[Cells, list[RowProblem]]:
    import openpyxl

    try:
        _unpackable(path, data)
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=False)
        formulas = openpyxl.load_workbook(io.BytesIO(data), data_only=False, read_only=False)
    except SheetBroken:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do: KeyError, BadZipFile, ParseError, ValueError
        message = f"{path.name} is a broken workbook: {type(error).__name__}: {error}"
        raise SheetBroken(message, "open it in the program that made it and save it anew, or save it as CSV") from error
    name = _sheet_name(path, values.sheetnames, where)
    sheet, raw = values[name], formulas[name]
    if not hasattr(sheet, "iter_rows"):
        raise SheetBroken(f"{path.name}: {name} is a chart, not a table", "name another sheet in `sheet:`")
    _bounded(path, sheet.max_row)
    cells: Cells = {}
    problems = []
    for number, (row, written) in enumerate(zip(sheet.iter_rows(), raw.iter_rows(), strict=True), 1):
        cells[number] = [_clean(_said(cell.value)) for cell in row]
        for cell, formula in zip(row, written, strict=True):
            if cell.value is None and isinstance(formula.value, str) and formula.value.startswith("="):
                what = f"{cell.coordinate} holds a formula whose value was never saved: open the sheet and save it"
                problems.append(RowProblem(number, what))
    return cells, problems


def _unpackable(path: Path, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MOST_UNPACKED:
        raise SheetBroken(f"{path.name} unpacks to {size} bytes", "give the one sheet alone")


def _sheet_name(path: Path, names: list[str], where: Where) -> str:
    if where.name is None and len(names) == 1:
        return names[0]
    if where.name in names:
        return where.name
    hint = did_you_mean(where.name or "", names, f"write `name:` in the `sheet:` block: one of {either(names)}")
    said = f"no sheet {where.name!r}" if where.name else f"{len(names)} sheets"
    raise SheetBroken(f"{path.name} has {said}", hint)


def _bounded(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise SheetBroken(f"{path.name} has more than {MOST_ROWS} rows", "delete the rows below the table")


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _clean(text: str) -> str:
    """One line without what nobody sees; full-width letters and digits stay as they are."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())


def key(text: str) -> str:
    """How two headings are compared: without regard to width and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _table(path: Path, cells: Cells, problems: list[RowProblem], where: Where, headings: list[str]) -> Table:
    header = cells.get(where.header_row, [])
    places: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        places.setdefault(key(text), []).append(place)
    missing = [name for name in headings if key(name) not in places]
    twice = [name for name in headings if len(places.get(key(name), [])) > 1]
    if missing or twice:
        there = [text for text in header if text]
        what = f"has no column {either(missing)}" if missing else f"has several columns {either(twice)}"
        hint = f"row {where.header_row} holds {either(there)}" if there else f"row {where.header_row} is blank"
        raise SheetBroken(f"{path.name} {what}", f"{hint}; correct `columns` or `header_row` of the mapping")
    found = dict(_rows(cells, where.header_row, {name: places[key(name)][0] for name in headings}))
    below = tuple(problem for problem in problems if problem.row in found)
    return Table(found, below)


def _rows(cells: Cells, header: int, places: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in sorted(cells.items()):
        texts = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        if number > header and any(texts.values()):
            yield number, texts
