"""Prometheus' rule files: each alert once for each of its subjects, and the recording rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

from inventory import graph
from inventory.graph.graph import Graph
from inventory.graph.impact import Effect, State, impact
from inventory.model import Site
from monitoring.alerts import catalogue
from monitoring.alerts.definition import Alert
from monitoring.alerts.subjects import SCOPES, Room, Subject, look
from monitoring.alerts.text import document

WRITTEN = Path(__file__).parent / "recording.yaml"
"""The recording rules that people wrote."""
RUNBOOKS = "docs/runbooks"
_SAID = {State.degraded: ("冗長性低下", "redundancy lost"), State.down: ("停止", "down")}


class Ground:
    """A site with its graph and the alerts that are made for it. Raises AlertsInvalid for an `each` nobody knows."""

    def __init__(self, site: Site, today: dt.date, alerts: tuple[Alert, ...] | None = None) -> None:
        self.site, self.today = site, today
        self.alerts = catalogue.load() if alerts is None else alerts
        wrong = [f"{one.id}: each is {one.each!r}; there is {', '.join(SCOPES)}" for one in self.alerts
                 if one.each not in SCOPES]  # fmt: skip
        if wrong:
            raise catalogue.AlertsInvalid(wrong)
        self._effects: dict[tuple[str, ...], tuple[frozenset[str], tuple[Effect, ...]]] = {}

    @cached_property
    def room(self) -> Room:
        return look(self.site, self.today)

    @cached_property
    def graph(self) -> Graph:
        return graph.build(self.site, self.today)

    @cached_property
    def subjects(self) -> Mapping[str, tuple[Subject, ...]]:
        """Scope → subjects."""
        return {scope: tuple(make(self.room)) for scope, make in SCOPES.items()}

    @cached_property
    def made(self) -> list[tuple[Alert, Subject]]:
        """Every alert with each of its subjects."""
        return [(alert, subject) for alert in self.alerts for subject in self.subjects[alert.each]]

    def follows(self, nodes: tuple[str, ...]) -> tuple[frozenset[str], tuple[Effect, ...]]:
        """What goes down with these elements, and how the systems fare; nothing for what is no element."""
        if nodes not in self._effects:
            known = [node for node in nodes if node in self.graph.elements]
            found = impact(self.site, self.graph, known) if known else None
            self._effects[nodes] = (frozenset(found.lost), found.effects) if found else (frozenset(), ())
        return self._effects[nodes]


def rule(ground: Ground, alert: Alert, subject: Subject) -> dict[str, Any]:
    """One alerting rule. Raises AlertsInvalid for a `$name` that its subjects do not have."""
    values = subject.values
    try:
        expr, lasts = Template(alert.expr).substitute(values), Template(alert.lasts).substitute(values)
        said = {
            f"summary_{lang}": Template(text).substitute(values, name=name)
            for lang, text, name in (
                ("ja", alert.summary.ja, subject.name.ja), ("en", alert.summary.en, subject.name.en))
        }  # fmt: skip
    except (KeyError, ValueError) as error:
        raise catalogue.AlertsInvalid([f"{alert.id}: {error} is no value of {alert.each}: {sorted(values)}"]) from error
    labels = {
        "element": subject.id, "kind": subject.kind, "building": subject.building, "owner": subject.owner,
        "severity": alert.severity.value,
    }  # fmt: skip
    return {
        "alert": alert.id,
        "expr": " ".join(expr.split()),
        **({"for": lasts} if lasts != "0s" else {}),
        "labels": labels,
        "annotations": {**said, **_risk(ground, subject), "runbook": f"{RUNBOOKS}/{alert.id}.md"},
    }


def _risk(ground: Ground, subject: Subject) -> dict[str, str]:
    """The systems at risk while the element is out, in both languages; `mroom impact` tells the same."""
    _, effects = ground.follows(subject.nodes)
    touched = [(effect, _SAID[effect.state]) for effect in effects if effect.state in _SAID]
    names = ground.site.systems
    return {
        "at_risk_ja": "、".join(f"{names[one.system].name.ja}（{said[0]}）" for one, said in touched) or "なし",
        "at_risk_en": ", ".join(f"{names[one.system].name.en} ({said[1]})" for one, said in touched) or "none",
    }


def recorded(ground: Ground) -> list[dict[str, Any]]:
    """The vapour pressure of each zone that shares its room's air: the same everywhere in it, whatever the temperature.

    Magnus formula over water, WMO No. 8: 6.112 hPa · exp(17.62 t / (243.12 + t)).
    """
    found = []
    for subject in ground.subjects["air"]:
        of = subject.values
        heat = f'max(mroom_sensor_temperature_celsius{{element="{of["monitor"]}",sensor="{of["temperature"]}"}})'
        damp = f'max(mroom_sensor_humidity_ratio{{element="{of["monitor"]}",sensor="{of["humidity"]}"}})'
        found.append({
            "record": "mroom:vapour_pressure:pascals",
            "expr": f"{damp} * 611.2 * exp(17.62 * {heat} / (243.12 + {heat}))",
            "labels": {"element": subject.id, "room": of["room"]},
        })  # fmt: skip
    return found


def files(ground: Ground) -> dict[str, str]:
    """File name → content, one group a file."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for alert, subject in ground.made:
        groups.setdefault(alert.each, []).append(rule(ground, alert, subject))
    made = {name: rules for name, rules in groups.items() if rules}
    made["recording-air"] = recorded(ground)
    found = {
        f"rules/{name}.yaml": document({"groups": [{"name": name, "rules": rules}]})
        for name, rules in made.items()
        if rules
    }
    return {**found, "rules/recording.yaml": WRITTEN.read_text(encoding="utf-8")}
