"""The asset ledger: every element that `mroom show` lists, and how it differs from the existing asset system's list."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.evidence import Evidence
from audit.ground import Ground
from audit.report.records import Asset
from inventory.show import Shown, listing, resolve

DERIVED = frozenset({"cable", "cooling", "instance", "service", "element"})
HARDWARE = frozenset({
    "generator", "ats", "ups", "pdu", "cooler", "device", "host", "monitor", "door-controller", "recorder", "camera",
    "rack",
})  # fmt: skip
"""Kinds that an asset system has a number for."""
COLUMNS = ("id", "kind", "name_ja", "name_en", "place", "owner", "asset", "watched", "audited", "retired")


@dataclass(frozen=True)
class Row:
    id: str
    kind: str
    name_ja: str
    name_en: str
    place: str
    owner: str
    asset: str
    watched: bool
    """Something asks it, or it is wired to something that is asked."""
    audited: bool
    """An evidence of this assessment looked at it."""
    retired: str

    def cells(self) -> list[str]:
        """As CSV has them."""
        words = {True: "yes", False: "no"}
        return [words[value] if isinstance(value := getattr(self, name), bool) else value for name in COLUMNS]


@dataclass(frozen=True, order=True)
class Difference:
    code: str
    """not-listed, not-here, no-number, other-name, number-twice."""
    asset: str
    element: str
    listed: str
    """The name in the list."""


def ledger(ground: Ground, evidence: Iterable[Evidence]) -> list[Row]:
    """Every element of the graph, in the order of `mroom show`."""
    seen = set().union(*(_words(one.document) for one in evidence), set())
    return [_row(ground, one["id"], seen) for one in listing(ground.graph)]


def _row(ground: Ground, id_: str, seen: set[str]) -> Row:
    shown = resolve(ground.site, ground.graph, id_)
    name = shown.name or {"ja": id_, "en": id_}
    return Row(
        id=id_,
        kind=shown.kind,
        name_ja=name["ja"],
        name_en=name["en"],
        place=" < ".join(shown.place.values()),
        owner=shown.owner or "",
        asset=str(shown.fields.get("asset") or ""),
        watched=_watched(shown),
        audited=id_ in seen,
        retired=str(shown.fields.get("retired") or ""),
    )


def _watched(shown: Shown) -> bool:
    fields = shown.fields
    own = bool(shown.addresses) or bool(fields.get("probe"))
    return own or any(fields.get(name) for name in ("monitor", "controller", "recorder")) or shown.kind == "line"


def _words(value: Any) -> set[str]:
    """Every text in a document, keys included."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return set().union(*(_words(inner) for inner in value.values()), {str(name) for name in value})
    if isinstance(value, Sequence):
        return set().union(*(_words(inner) for inner in value), set())
    return set()


def differences(rows: Sequence[Row], listed: Sequence[Asset]) -> list[Difference]:
    """What does not agree between the ledger and the list of the existing asset system."""
    known = {asset.asset: asset.name for asset in listed}
    own: dict[str, list[Row]] = {}
    for row in rows:
        if row.asset:
            own.setdefault(row.asset, []).append(row)
    found = [Difference("no-number", "", row.id, "") for row in rows if row.kind in HARDWARE and not row.asset]
    found += [Difference("not-here", number, "", name) for number, name in known.items() if number not in own]
    for number, same in own.items():
        found += [Difference("number-twice", number, row.id, "") for row in same if len(same) > 1]
        for row in same:
            if number not in known:
                found.append(Difference("not-listed", number, row.id, ""))
            elif known[number] not in {row.name_ja, row.name_en, ""}:
                found.append(Difference("other-name", number, row.id, known[number]))
    return sorted(found)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV with a mark of its encoding, which the usual office programs need."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a text of ours for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
