"""OSCAL: the catalogue, the plan and the results, checked by compliance-trestle's own models before they are written.

OSCAL knows satisfied and not-satisfied alone: an unknown verdict is not-satisfied with the reason `other` and says so
in its remarks; an item that does not apply has no finding. Ids are made from content, so they stay the same.
"""

from __future__ import annotations

import uuid
from typing import Any

from audit.evidence import Evidence
from audit.item import ENGLISH, ORIGINS, Category
from audit.report.facts import Facts
from audit.score import Judged
from audit.verdict import Verdict

NAMESPACE = uuid.UUID("6f4b1b0e-2a43-5c51-9f2e-5d9d3c1b7a10")
"""Ours; every id below is a version 5 UUID in it."""
NS = "urn:mroom:audit"
METHODS = {
    "proof": "TEST",
    "telemetry": "TEST",
    "drill": "TEST",
    "configuration": "TEST",
    "attestation": "EXAMINE",
}
REASONS = {Verdict.met: "pass", Verdict.unmet: "fail", Verdict.unknown: "other"}


def documents(facts: Facts) -> dict[str, bytes]:
    """File name → JSON of the three documents."""
    from trestle.oscal.assessment_plan import AssessmentPlan
    from trestle.oscal.assessment_results import AssessmentResults
    from trestle.oscal.catalog import Catalog

    made: list[tuple[str, Any, dict[str, Any]]] = [
        ("catalog.json", Catalog, catalog(facts)),
        ("assessment-plan.json", AssessmentPlan, plan(facts)),
        ("assessment-results.json", AssessmentResults, results(facts)),
    ]
    return {name: _written(model, document) for name, model, document in made}


def _written(model: Any, document: dict[str, Any]) -> bytes:
    text: str = model.model_validate(document).oscal_serialize_json(pretty=True)
    return text.encode() + b"\n"


def _id(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\0".join(parts)))


def _metadata(facts: Facts, title: str) -> dict[str, Any]:
    from trestle.oscal import OSCAL_VERSION

    return {
        "title": title,
        "last-modified": facts.kept.assessment.at,
        "version": facts.kept.assessment.catalogue.head.version,
        "oscal-version": OSCAL_VERSION,
        "remarks": facts.kept.assessment.catalogue.head.notice.en,
    }


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NS, "value": value}


def catalog(facts: Facts) -> dict[str, Any]:
    """A group for each category, a control for each item."""
    found = facts.kept.assessment.catalogue
    groups = []
    for number, category in enumerate(Category, 1):
        mine = [judged for judged in facts.kept.assessment.items if judged.item.category is category]
        if mine:
            title = f"{category.value} / {ENGLISH[category]}"
            groups.append({"id": f"category-{number}", "title": title, "controls": [_control(one) for one in mine]})
    metadata = _metadata(facts, f"{found.head.title.ja} / {found.head.title.en}")
    return {"uuid": _id("catalog", found.sha256), "metadata": metadata, "groups": groups}


def _control(judged: Judged) -> dict[str, Any]:
    item = judged.item
    props = [
        _prop("origin", ORIGINS[item.origin]["en"]),
        _prop("class", item.class_.value),
        _prop("mark", item.mark.value),
        *(_prop("source", source) for source in item.sources),
    ]
    statement = {"id": f"{item.id}_smt", "name": "statement", "prose": f"{item.tier3.ja}\n\n{item.tier3.en}"}
    return {"id": item.id, "title": f"{item.title.ja} / {item.title.en}", "props": props, "parts": [statement]}


def _reviewed() -> dict[str, Any]:
    return {"control-selections": [{"include-all": {}}]}


def plan(facts: Facts) -> dict[str, Any]:
    """What was to be looked at: every item, for every room."""
    document: dict[str, Any] = {
        "uuid": _id("plan", facts.kept.entry.hash),
        "metadata": _metadata(facts, "Assessment plan: every item of the catalogue from its evidence"),
        "import-ssp": {
            "href": "catalog.json",
            "remarks": "There is no system security plan; the catalogue stands here.",
        },
        "reviewed-controls": _reviewed(),
        "assessment-subjects": [{"type": "location", "description": "The rooms of each item", "include-all": {}}],
    }
    return document


def results(facts: Facts) -> dict[str, Any]:
    """An observation for each evidence, a finding for each item that applies."""
    kept = facts.kept
    result: dict[str, Any] = {
        "uuid": _id("result", kept.entry.hash),
        "title": f"Assessment of {kept.assessment.at}",
        "description": f"Ledger entry {kept.entry.sequence}, hash {kept.entry.hash}; head {kept.head.hash}",
        "start": kept.assessment.at,
        "end": kept.assessment.at,
        "reviewed-controls": _reviewed(),
    }
    observations = [_observation(one) for one in kept.assessment.evidence.values()]
    findings = [
        _finding(facts, judged)
        for judged in kept.assessment.items
        if judged.outcome.verdict is not Verdict.not_applicable
    ]
    result |= {"observations": observations} if observations else {}
    result |= {"findings": findings} if findings else {}
    return {
        "uuid": _id("results", kept.entry.hash),
        "metadata": _metadata(facts, "Assessment results"),
        "import-ap": {"href": "assessment-plan.json"},
        "results": [result],
    }


def _observation(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": _id("observation", evidence.sha256),
        "title": evidence.id,
        "description": f"{evidence.kind} {evidence.id}",
        "methods": [METHODS[evidence.kind]],
        "relevant-evidence": [
            {
                "href": f"evidence/{evidence.sha256}.json",
                "description": "canonical JSON (RFC 8785), named by its SHA-256",
                "props": [_prop("sha256", evidence.sha256)],
            }
        ],
        "collected": evidence.when,
    }
    if evidence.kind == "attestation":
        found["expires"] = f"{evidence.document['until']}T23:59:59{evidence.when[-6:]}"
    return found


def _finding(facts: Facts, judged: Judged) -> dict[str, Any]:
    item, verdict, why = judged.item, judged.outcome.verdict, judged.outcome.why
    state = "satisfied" if verdict is Verdict.met else "not-satisfied"
    status = {"state": state, "reason": REASONS[verdict], "remarks": f"{verdict.value}: {why.en}"}
    found: dict[str, Any] = {
        "uuid": _id("finding", facts.kept.entry.hash, item.id),
        "title": f"{item.title.ja} / {item.title.en}",
        "description": f"{why.ja}\n\n{why.en}",
        "props": [_prop("verdict", verdict.value)],
        "target": {"type": "statement-id", "target-id": f"{item.id}_smt", "status": status},
    }
    if judged.evidence:
        found["related-observations"] = [
            {"observation-uuid": _id("observation", one.sha256)} for one in judged.evidence
        ]
    return found
