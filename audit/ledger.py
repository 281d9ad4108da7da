"""What an assessment found, kept in the journal; the same findings once, so that a report can be made again."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import rfc8785

from audit.evidence import Evidence
from audit.papers import Papers
from audit.score import Assessment, Judged
from journal import Entry, Journal
from journal.process import person

KIND = "audit"


@dataclasses.dataclass(frozen=True)
class Kept:
    """An assessment as the journal has it, and the newest entry of the journal when it was looked up."""

    assessment: Assessment
    entry: Entry
    head: Entry


def content(assessment: Assessment, papers: Papers) -> str:
    """SHA-256 of what was found, whenever it was: two looks that find the same have the same."""
    items = [
        {
            **{name: value for name, value in judged.document().items() if name != "evidence"},
            "evidence": [{"id": one.id, "document": dict(one.document)} for one in judged.evidence],
        }
        for judged in assessment.items
    ]
    whole: dict[str, Any] = {
        "catalogue": assessment.catalogue.sha256,
        "inventory": assessment.inventory_sha256,
        "waivers": papers.plain(),
        "items": items,
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def keep(journal: Journal, assessment: Assessment, papers: Papers) -> Kept:
    """Append the assessment to the journal, unless the newest one there found the same: then that one stands."""
    found = content(assessment, papers)
    last = [entry for entry in journal.entries(kind=KIND) if entry.body["content_sha256"] == found][-1:]
    newest = journal.entries(kind=KIND)[-1:]
    if last and last == newest:
        entry = last[0]
        assessment = as_of(assessment, entry.body["document"]["at"])
    else:
        body = {
            "content_sha256": found,
            "by": person(),
            "waivers": papers.plain(),
            "document": assessment.document(),
        }
        entry = journal.append(KIND, body)
    head = journal.head()
    assert head is not None, "an entry was just seen"
    return Kept(assessment, entry, head)


def as_of(assessment: Assessment, at: str) -> Assessment:
    """The same findings at the time at which they were first kept: a proof is as old as that."""

    def dated(one: Evidence) -> Evidence:
        return dataclasses.replace(one, when=at) if one.kind == "proof" else one

    def again(judged: Judged) -> Judged:
        return dataclasses.replace(judged, evidence=tuple(dated(one) for one in judged.evidence))

    return dataclasses.replace(assessment, at=at, items=tuple(again(judged) for judged in assessment.items))


def before(journal: Journal, kept: Kept) -> dict[str, Any] | None:
    """The document of the assessment before this one: what the score was last time."""
    earlier = [entry for entry in journal.entries(kind=KIND) if entry.sequence < kept.entry.sequence]
    document: dict[str, Any] | None = earlier[-1].body["document"] if earlier else None
    return document
