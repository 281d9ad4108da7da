"""The four verdicts, the reason in both languages, and which of several decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    met = "met"
    unmet = "unmet"
    unknown = "unknown"
    not_applicable = "not_applicable"


WORST_FIRST = (Verdict.unmet, Verdict.unknown, Verdict.met, Verdict.not_applicable)
WORDS = {
    Verdict.met: {"ja": "適合", "en": "met"},
    Verdict.unmet: {"ja": "不適合", "en": "unmet"},
    Verdict.unknown: {"ja": "不明", "en": "unknown"},
    Verdict.not_applicable: {"ja": "対象外", "en": "not applicable"},
}


@dataclass(frozen=True)
class Reason:
    ja: str
    en: str


@dataclass(frozen=True)
class Outcome:
    """What one evidence shows for one room."""

    verdict: Verdict
    why: Reason


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst decides, and all that are as bad tell why; without any, nothing is known."""
    found = list(outcomes)
    for verdict in WORST_FIRST:
        same = list(dict.fromkeys(outcome.why for outcome in found if outcome.verdict == verdict))
        if same:
            joined = Reason("；".join(why.ja for why in same), "; ".join(why.en for why in same))
            return Outcome(verdict, joined)
    return unknown("証拠がない", "there is no evidence")


def met(ja: str, en: str) -> Outcome:
    return Outcome(Verdict.met, Reason(ja, en))


def unmet(ja: str, en: str) -> Outcome:
    return Outcome(Verdict.unmet, Reason(ja, en))


def unknown(ja: str, en: str) -> Outcome:
    return Outcome(Verdict.unknown, Reason(ja, en))


def edited(what: str) -> Outcome:
    """A record that cannot be relied on, since the journal that it stands in was changed."""
    return unknown(f"記録（ジャーナル）が改変されている: {what}", f"the journal was edited: {what}")


def not_applicable(ja: str, en: str) -> Outcome:
    return Outcome(Verdict.not_applicable, Reason(ja, en))
