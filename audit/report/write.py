"""All files of a report, by name."""

from __future__ import annotations

import json

from audit.report import LANGUAGES, html, oscal, pdf
from audit.report.assets import COLUMNS, table
from audit.report.facts import Facts


def files(facts: Facts) -> dict[str, bytes]:
    """Name → content; the same facts give the same bytes. Raises NoFont."""
    found: dict[str, bytes] = {}
    for language in LANGUAGES:
        page = html.render(facts, language)
        found[f"report.{language}.html"] = page.encode()
        found[f"report.{language}.pdf"] = pdf.render(page)
    document = facts.kept.entry.body["document"]
    found["score.json"] = (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    found["assets.csv"] = table(COLUMNS, [row.cells() for row in facts.assets])
    if facts.differences is not None:
        rows = [[one.code, one.asset, one.element, one.listed] for one in facts.differences]
        found["assets-differences.csv"] = table(("difference", "asset", "element", "name_in_the_list"), rows)
    return found | {f"oscal/{name}": data for name, data in oscal.documents(facts).items()}
