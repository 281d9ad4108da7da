"""Rows → items of a catalogue; everything that does not fit is told with its row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Words
from dataclasses import dataclass
from typing import Any, TypeVar

from audit.item import Category, Class, Item
from audit.sheet import RowProblem
from audit.sheet.mapping import Mapping
from audit.sheet.table import Table, key
from inventory.words import close, either

SOURCE = "SHEET"
LONGEST = 4000
LONGEST_ID = 40
STATUS = ("met", "unmet", "not_applicable", "unknown")
T = TypeVar("T")


@dataclass(frozen=True)
class Converted:
    items: dict[str, dict[str, Any]]
    """By id, as the YAML of a catalogue has them."""
    problems: tuple[RowProblem, ...]
    achieved: int | None
    """How many rows the sheet says are met; None without a status column."""


def slug(number: str) -> str:
    """An id of ours for the sheet's own number: E-1（2） → e-1-2, 3 → no-3; nothing for what holds none."""
    text = unicodedata.normalize("NFKC", number).casefold()
    parts = re.sub(r"[^a-z0-9]+", "-", text).strip("-")
    if not parts:
        return ""
    return (parts if re.match(r"[a-z]", parts) else f"no-{parts}")[:LONGEST_ID].strip("-")


def convert(table: Table, mapping: Mapping, working: Words[str, Item]) -> Converted:
    """Every row as an item, and the totals against what is declared. Raises nothing."""
    maker = _Maker(mapping, working)
    for number, row in table.rows.items():
        maker.row(number, row)
    achieved = sum(item["declared"] == "met" for item in maker.items.values()) if mapping.columns.status else None
    problems = [*table.problems, *maker.problems, *_totals(mapping, table, achieved), *maker.unused()]
    return Converted(maker.items, tuple(sorted(problems)), achieved)


def _totals(mapping: Mapping, table: Table, achieved: int | None) -> list[RowProblem]:
    found = []
    count, declared = len(table.rows), mapping.head.declared
    if count != declared:
        found.append(RowProblem(0, f"the sheet has {count} items, {declared} are declared"))
    wanted = mapping.head.goal if mapping.where.achieved is None else mapping.where.achieved
    if achieved is not None and achieved != wanted:
        found.append(RowProblem(0, f"the sheet says that {achieved} items are met, {wanted} are declared"))
    return found


class _Maker:
    def __init__(self, mapping: Mapping, working: Words[str, Item]) -> None:
        self.mapping, self.working = mapping, working
        self.items: dict[str, dict[str, Any]] = {}
        self.problems: list[RowProblem] = []
        self.rows: dict[str, int] = {}
        self.linked: set[str] = set()

    def unused(self) -> list[RowProblem]:
        """Evidence for rows that are not there."""
        missing = [number for number in self.mapping.links if number not in self.linked]
        return [RowProblem(0, f"the mapping has evidence for {number!r}, which is no row") for number in missing]

    def row(self, number: int, row: Words[str, str]) -> None:
        columns, meanings, before = self.mapping.columns, self.mapping.meanings, len(self.problems)
        own = row[columns.number]
        id_ = slug(own)
        if not id_:
            self._say(number, f"no number in the column {columns.number!r}" if not own else f"{own!r} is no number")
        elif id_ in self.rows:
            self._say(number, f"the number {own!r} stands in row {self.rows[id_]} too")
        title = self._text(number, row, columns.title)
        category = self._word(number, row, columns.category, Category, meanings.category)
        class_ = Class.criterion
        if columns.class_:
            class_ = self._word(number, row, columns.class_, Class, meanings.class_) or class_
        status = self._status(number, row)
        tier3 = self._text(number, row, columns.tier3) if columns.tier3 else title
        if id_:
            self.rows.setdefault(id_, number)
        link = self.mapping.links.get(own)
        self.linked |= {own} if link else set()
        if len(self.problems) > before:
            return
        self.items[id_] = {
            "number": own,
            "category": category,
            "class": class_,
            "title": {"ja": title, "en": row.get(columns.title_en or "") or title},
            "tier3": {"ja": tier3, "en": row.get(columns.tier3_en or "") or tier3},
            "origin": "sheet",
            "mark": "V",
            "sources": [SOURCE],
            "declared": status,
            **self._evidence(own),
        }

    def _say(self, row: int, what: str) -> None:
        self.problems.append(RowProblem(row, what))

    def _text(self, number: int, row: Words[str, str], column: str) -> str:
        text = row[column]
        if not text:
            self._say(number, f"nothing in the column {column!r}")
        elif len(text) > LONGEST:
            self._say(number, f"the column {column!r} has {len(text)} characters, at most {LONGEST} are kept")
        return text

    def _word(self, number: int, row: Words[str, str], column: str, kind: type[T], known: Words[str, T]) -> T | None:
        text = row[column]
        given = {key(word): meaning for word, meaning in known.items()}
        own = {key(str(member.value)): member for member in kind}  # type: ignore[attr-defined]  # an enumeration
        found = given.get(key(text)) or own.get(key(text))
        if found is None:
            words = [*known, *(str(member.value) for member in kind)]  # type: ignore[attr-defined]
            near = close(text, words)
            hint = f"did you mean {either(near)}?" if near else "give its meaning in `values` of the mapping"
            self._say(number, f"{text!r} in the column {column!r} is none of {either(words)}; {hint}")
        return found

    def _status(self, number: int, row: Words[str, str]) -> str | None:
        column = self.mapping.columns.status
        if column is None:
            return None
        known: dict[str, str] = {key(word): meaning for word, meaning in self.mapping.meanings.status.items()}
        found = known.get(key(row[column])) or next((word for word in STATUS if word == row[column]), None)
        if found is None:
            self._say(number, f"the status {row[column]!r} has no meaning in `values.status` of the mapping")
        return found

    def _evidence(self, own: str) -> dict[str, Any]:
        link = self.mapping.links.get(own)
        if link is None:
            return {"evidence": []}
        like = self.working.get(link.same_as or "")
        queries = like.evidence if like else link.evidence
        scope = link.scope or (like.scope if like else None)
        owner = link.owner or (like.owner if like else None)
        found: dict[str, Any] = {
            "evidence": [_plain(query.model_dump(mode="json", by_alias=True)) for query in queries]
        }
        return found | ({"scope": scope} if scope else {}) | ({"owner": owner} if owner else {})


def _plain(value: Any) -> Any:
    """Without what was left out."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
