"""Run the rules, give their findings a place in the files, and set aside what somebody has accepted."""

from __future__ import annotations

import dataclasses
import datetime as dt

from inventory.model import Accepted
from inventory.problem import Problem
from inventory.reading.declare import Declarations, Declared
from inventory.rules import all_rules
from inventory.rules.rule import Finding, Rule
from inventory.rules.view import View
from inventory.words import did_you_mean

PROOF_CODES = ("spof", "unmaintainable", "cold-start")
"""Findings of `mroom prove`: an exception to one of them is judged there, not here."""
MAINTENANCE = "maintenance"
"""On a system: a planned change may take it away while it runs. Judged by `mroom plan`."""


@dataclasses.dataclass(frozen=True)
class AcceptedFinding:
    """A breach that somebody answers for until a day."""

    code: str
    element: str
    reason: str
    by: str
    until: dt.date

    def as_dict(self) -> dict[str, str]:
        return {**dataclasses.asdict(self), "until": self.until.isoformat()}


def judge(view: View, declarations: Declarations) -> tuple[list[Problem], list[AcceptedFinding]]:
    """Every breach that nobody accepted, and every one that somebody did."""
    problems: list[Problem] = []
    used: dict[tuple[str, str, str], AcceptedFinding] = {}
    for code, rule in all_rules().items():
        for finding in rule.check(view):
            if _follows_from_another(view, finding):
                continue
            exception = _exception(view, rule, finding)
            if exception:
                key = (code, finding.collection, finding.id)
                used[key] = AcceptedFinding(code, finding.id, exception.reason, exception.by, exception.until)
            else:
                problems.append(_located(code, finding, declarations))
    problems += _exceptions(view, declarations, set(used))
    return problems, sorted(used.values(), key=lambda found: (found.element, found.code))


def _follows_from_another(view: View, finding: Finding) -> bool:
    """The field was left out because its value is wrong: that has been said."""
    fields = view.doubtful.get((finding.collection, finding.id), frozenset())
    return bool(finding.path) and str(finding.path[0]) in fields


def _exception(view: View, rule: Rule, finding: Finding) -> Accepted | None:
    if not rule.acceptable or finding.collection == "site":
        return None
    element = getattr(view.site, finding.collection).get(finding.id)
    accepted: tuple[Accepted, ...] = element.accepted if element else ()
    # one that has expired still names the breach, so that one error is reported, not two
    return next((found for found in accepted if found.code == rule.code), None)


def _located(code: str, finding: Finding, declarations: Declarations) -> Problem:
    declared = _declared(declarations, finding.collection, finding.id)
    line, column = declared.at(finding.path)
    subject = f"{finding.collection}.{finding.id}" if finding.id else finding.collection
    message = subject + ("" if finding.message[0] in ".,:" else " ") + finding.message
    return Problem(declared.file, line, column, code, message, finding.expected, finding.found, finding.hint)


def _declared(declarations: Declarations, collection: str, id_: str) -> Declared:
    if collection == "site":
        assert declarations.site is not None, "a rule judged settings that are not there"
        return declarations.site
    return declarations.elements[collection][id_]


def _exceptions(view: View, declarations: Declarations, used: set[tuple[str, str, str]]) -> list[Problem]:
    """`accepted:` itself: unknown codes, days gone by, and exceptions to what does not happen."""
    rules = all_rules()
    known = sorted([code for code, rule in rules.items() if rule.acceptable] + [*PROOF_CODES, MAINTENANCE])
    problems = []
    for collection, element in view.elements():
        for number, accepted in enumerate(element.accepted):
            finding = _judged(view, collection, element.id, number, accepted, known, used)
            if finding and not _follows_from_another(view, finding[1]):
                code, what = finding
                problems.append(_located(code, what, declarations))
    return problems


def _judged(
    view: View,
    collection: str,
    id_: str,
    number: int,
    accepted: Accepted,
    known: list[str],
    used: set[tuple[str, str, str]],
) -> tuple[str, Finding] | None:
    if accepted.code not in known:
        return "accepted-unknown", Finding(
            collection,
            id_,
            ("accepted", number, "code"),
            f"accepts {accepted.code}, which cannot be accepted",
            "the code of a rule that allows exceptions",
            repr(accepted.code),
            did_you_mean(accepted.code, known, "copy the code from the line of `mroom validate`"),
        )
    if accepted.until < view.today:
        return "accepted-expired", Finding(
            collection,
            id_,
            ("accepted", number, "until"),
            f": its exception to {accepted.code} has expired",
            f"a day after {view.today}",
            f"{accepted.until}, by {accepted.by}",
            "mend what it excuses and delete it, or have it decided anew with a later day",
        )
    if accepted.code in (*PROOF_CODES, MAINTENANCE) or (accepted.code, collection, id_) in used or not view.complete:
        return None
    return "accepted-unused", Finding(
        collection,
        id_,
        ("accepted", number),
        f"accepts {accepted.code}, which does not happen there",
        "exceptions to what happens only",
        accepted.code,
        "delete the exception: it would hide the next one",
    )
