"""Attestation: a document that somebody answers for until a day, unchanged since by its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections.abc import Sequence
from pathlib import PurePath

from audit.evidence import Evidence, Looked
from audit.ground import Ground
from audit.item import Attestation, Item, Value
from audit.papers import Attested, Found
from audit.verdict import Outcome, Verdict, met, unknown, unmet, worst
from inventory.model import Room


def look(ground: Ground, item: Item, query: Attestation, rooms: Sequence[Room]) -> Looked:
    """Judge every attestation of the item that is about a room; where one in force says so, others that ran out
    do not matter."""
    papers = [paper for paper in ground.papers.attestations if paper.item == item.id]
    outcomes: dict[str, Outcome] = {}
    contents = {paper.id: _content(ground, paper) for paper in papers}
    for room in rooms:
        mine = [paper for paper in papers if not paper.rooms or room.id in paper.rooms]
        judged = [_judge(ground, paper, contents[paper.id], query.value) for paper in mine]
        decided = [outcome for outcome in judged if outcome.verdict is not Verdict.unknown]
        wanted = query.document
        none = unknown(f"文書の提出がない: {wanted.ja}", f"no document was attested: {wanted.en}")
        outcomes[room.id] = worst(decided or judged) if judged else none
    evidence, files = [], {}
    for paper in papers:
        data = contents[paper.id]
        if isinstance(data, bytes):
            name = f"documents/{paper.id}-{paper.sha256[:16]}{_suffix(paper)}"
            files[name] = data
            stated = paper.model_dump(mode="json", exclude={"id"})
            evidence.append(
                Evidence(
                    paper.id,
                    "attestation",
                    dt.datetime.combine(paper.dated, dt.time(), ground.zone).isoformat(),
                    stated,
                )
            )
    return Looked(outcomes, tuple(evidence), files)


def _suffix(paper: Attested) -> str:
    """The document's own, where a bundle can hold it."""
    found = PurePath(paper.document).suffix
    return found if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", found) else ""


def _content(ground: Ground, paper: Attested) -> bytes | Outcome:
    """The document, or why it does not count."""
    try:
        data = ground.papers.document(paper).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        return unknown(f"文書 {paper.document} が読めない（{why}）", f"{paper.document} cannot be read: {why}")
    if hashlib.sha256(data).hexdigest() != paper.sha256:
        ja, en = f"文書 {paper.document} は証明の後に変わった", f"{paper.document} is not the file that was attested"
        return unknown(ja, en)
    return data


def _judge(ground: Ground, paper: Attested, content: bytes | Outcome, value: Value | None) -> Outcome:
    if isinstance(content, Outcome):
        return content
    ja, en = f"{paper.document}（{paper.by}、{paper.dated}）", f"{paper.document} ({paper.by}, {paper.dated})"
    if paper.dated > ground.day:
        return unknown(f"{ja}はまだ効力がない", f"{en} is not in force yet")
    if paper.until < ground.day:
        return unknown(f"{ja}は{paper.until}に失効した", f"{en} ran out on {paper.until}")
    if paper.says is Found.unmet:
        return unmet(f"{ja}が不適合と述べている", f"{en} says that it is not met")
    return _figure(paper, value, ja, en) if value else met(f"{ja}が示している", f"{en} shows it")


def _figure(paper: Attested, value: Value, ja: str, en: str) -> Outcome:
    if paper.value is None:
        return unknown(f"{ja}に数値（{value.unit}）がない", f"{en} states no figure in {value.unit}")
    low, high = (
        (-math.inf if value.at_least is None else value.at_least),
        (math.inf if value.below is None else value.below),
    )
    stated = f"{paper.value:g} {value.unit}"
    if low <= paper.value < high:
        return met(f"{ja}: {stated}", f"{en}: {stated}")
    limits = ", ".join(
        word for word in (f">= {low:g}" if low > -math.inf else "", f"< {high:g}" if high < math.inf else "") if word
    )
    return unmet(f"{ja}: {stated}（{limits} でない）", f"{en}: {stated}, not {limits}")
