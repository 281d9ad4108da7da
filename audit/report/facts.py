"""Everything that the report tells, gathered once; both languages and all forms are made from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.ground import Ground
from audit.item import Category
from audit.ledger import Kept
from audit.papers import Waiver
from audit.report.assets import Difference, Row, differences, ledger
from audit.report.calendar import Due, calendar
from audit.report.isms import Rate, Unapproved, rates, unapproved
from audit.report.records import Asset, Audit
from audit.verdict import Verdict


@dataclass(frozen=True)
class Facts:
    ground: Ground
    kept: Kept
    before: Mapping[str, Any] | None
    """The document of the assessment before this one."""
    drills: Sequence[Due]
    rates: Sequence[Rate] | None
    """None: no audit records were imported."""
    unapproved: Sequence[Unapproved]
    assets: Sequence[Row]
    differences: Sequence[Difference] | None
    """None: no list was imported."""
    waivers: Sequence[Waiver]

    @property
    def by_category(self) -> dict[Category, dict[str, int]]:
        """Category → verdict → count."""
        found = {}
        for category in Category:
            mine = [judged for judged in self.kept.assessment.items if judged.item.category is category]
            if mine:
                counts = Counter(judged.outcome.verdict.value for judged in mine)
                found[category] = {"all": len(mine), **{verdict.value: counts[verdict.value] for verdict in Verdict}}
        return found

    @property
    def changed(self) -> list[tuple[str, str, str]]:
        """Item, verdict last time ("-" when it was not there), verdict now."""
        if self.before is None:
            return []
        last = {row["id"]: row["verdict"] for row in self.before["items"]}
        now = {judged.item.id: judged.outcome.verdict.value for judged in self.kept.assessment.items}
        both = [*now, *(id_ for id_ in last if id_ not in now)]
        rows = [(id_, last.get(id_, "-"), now.get(id_, "-")) for id_ in both]
        return [row for row in rows if row[1] != row[2]]

    @property
    def asset_counts(self) -> list[tuple[str, int, int, int]]:
        """Kind, how many, how many of them watched, audited."""
        kinds = dict.fromkeys(row.kind for row in self.assets)
        mine = {kind: [row for row in self.assets if row.kind == kind] for kind in kinds}
        return [(k, len(rows), sum(r.watched for r in rows), sum(r.audited for r in rows)) for k, rows in mine.items()]


def gather(
    ground: Ground,
    kept: Kept,
    before: Mapping[str, Any] | None,
    audits: Sequence[Audit] | None,
    listed: Sequence[Asset] | None,
) -> Facts:
    """All of it, from what was judged and what was imported."""
    rows = ledger(ground, kept.assessment.evidence.values())
    inside = [one for one in ground.papers.waivers if one.approved <= ground.day <= one.until]
    return Facts(
        ground=ground,
        kept=kept,
        before=before,
        drills=calendar(ground, kept.assessment.catalogue.items.values()),
        rates=None if audits is None else rates(audits, ground.day),
        unapproved=unapproved(ground),
        assets=rows,
        differences=None if listed is None else differences(rows, listed),
        waivers=sorted(inside, key=lambda one: one.id),
    )
