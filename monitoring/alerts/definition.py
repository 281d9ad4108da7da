"""One alert as people write it: `texts/<Name>.yaml` holds its rule and its runbook."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from inventory.model import Model, Text

Sentence = Annotated[str, StringConstraints(min_length=2, max_length=600)]


class Severity(StrEnum):
    """`critical`: people are or will soon be touched, wake somebody. `warning`: reserve is gone, today. `info`: to
    know. `none`: no alarm but the sign that alarms get through."""

    critical = "critical"
    warning = "warning"
    info = "info"
    none = "none"


class Sentences(Model):
    """The same in both languages."""

    ja: Sentence
    en: Sentence


class Steps(Model):
    """An ordered list in both languages, as many lines in each."""

    ja: tuple[Sentence, ...] = Field(min_length=1)
    en: tuple[Sentence, ...] = Field(min_length=1)


class Alert(Model):
    """The rule is made once for each subject of `each` (`subjects.py`); `$names` in `expr`, `lasts` and `summary` are
    its values."""

    id: str = ""
    """The file's name: the alert's name."""
    each: str
    severity: Severity
    expr: str = Field(min_length=3)
    lasts: str = "0s"
    """How long the expression must hold (Prometheus' `for`)."""
    out: bool = False
    """True when its element does not serve while it fires: then it inhibits what goes down with that element."""
    telemetry: bool = False
    """True when it only says that its element is not seen: whatever hides the element inhibits it."""
    spare: tuple[str, ...] = ()
    """Kinds of elements whose being out explains that a reserve is used or gone, which is all that this alert says."""
    covers: tuple[str, ...] = ()
    """Alerts about the same element that this one says already."""
    waits_for: str = ""
    """What must come before the expression can be true, where that does not show in the names of its metrics."""
    summary: Text
    means: Sentences
    touched: Sentences
    look: Steps
    then: Steps


LIFE = ("LeakDetected", "SmokeDetected")
"""Alerts that nothing inhibits and nothing silences, and that are told at once: the graph may be wrong about a monitor
that is out, a person in the room is not to pay for it."""
