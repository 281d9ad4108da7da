"""The report as one HTML page without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit.evidence import Evidence
from audit.item import ENGLISH, ORIGINS, Category
from audit.report import Language, plots
from audit.report.facts import Facts
from audit.report.words import words

TEMPLATES = Path(__file__).with_name("templates")
MOST_ROWS = 200
"""Rows of a table that may be long (differences, changes) that the page shows; the CSV has all."""
MOST_PLOTS = 12


def render(facts: Facts, language: Language) -> str:
    """The page; the same facts give the same text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own = words(language)
    return environment.get_template("report.html.j2").render(
        facts=facts,
        lang=language,
        w=own,
        assessment=facts.kept.assessment,
        head=facts.kept.assessment.catalogue.head,
        most=MOST_ROWS,
        css=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        category=lambda one: _category(one, language),
        origin=lambda item: ORIGINS[item.origin][language],
        thumbnails=lambda evidence: thumbnails(evidence, own),
    )


def _category(category: Category, language: Language) -> str:
    return category.value if language == "ja" else f"{ENGLISH[category]} ({category.value})"


def thumbnails(evidence: Evidence, own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Caption and SVG (or nothing) of what an evidence shows."""
    document = evidence.document
    if evidence.kind == "proof":
        return [_proof(room, seen["facts"], own) for room, seen in document["rooms"].items()]
    if evidence.kind == "telemetry":
        rows = [(room, id_, seen) for room, all_ in document["rooms"].items() for id_, seen in all_.items()]
        return [(room, plots.window(id_, seen)) for room, id_, seen in rows[:MOST_PLOTS]]
    if evidence.kind == "drill":
        record = document["record"]
        return [
            (f"{record['drill']} {record['ended']}: {record['verdict']} ({own['rto']})", plots.timeline(record, own))
        ]
    if evidence.kind == "configuration":
        results = document["result"]["results"]
        good = sum(one["outcome"] == "passed" for one in results)
        return [(f"{own['tests']}: {good} / {len(results)}", "")]
    told = (
        f"{own['document']}: {document['document']}; {own['by']}: {document['by']}; {own['until']}: {document['until']}"
    )
    return [(f"{told}; sha256 {document['sha256']}", "")]


def _proof(room: str, facts: Mapping[str, Any], own: Mapping[str, str]) -> tuple[str, str]:
    if "loses" in facts:
        return f"{room}: {own['examined']} {len(facts['examined'])}", plots.removal(facts)
    if "cut_sets" in facts:
        return room, plots.cut_sets(facts)
    told = ", ".join(f"{name} = {_short(value)}" for name, value in facts.items() if value not in ([], {}))
    return f"{room}: {told}", ""


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_short(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(str(inner) for inner in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
