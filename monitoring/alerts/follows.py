"""Which alerts follow from which: Alertmanager's inhibition, from the dependency graph.

- What goes down with an element that is out is inhibited by the alert that says so (`out`); so is a line that
  ends in it.
- What is hidden by an element (no walk leads around it from a NOC node, or its monitor is silent) is not also told as
  silent (`telemetry`).
- That a reserve is used or gone is inhibited by the alert about what took it (`spare`).
- One element's lesser alerts are inhibited by the one that says them already (`covers`).

Two elements that go down with each other inhibit neither: one of them must be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inventory import place
from inventory.graph.start import joined_in
from monitoring.alerts.definition import LIFE, Alert
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import Subject
from monitoring.alerts.text import one_of


def named(ground: Ground, attribute: str) -> dict[str, tuple[Subject, list[Alert]]]:
    """Element → its subject and those of its alerts that are `out` or `telemetry`."""
    found: dict[str, tuple[Subject, list[Alert]]] = {}
    for alert, subject in ground.made:
        if getattr(alert, attribute):
            found.setdefault(subject.id, (subject, []))[1].append(alert)
    return found


def _one_way(follows: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Without what would inhibit itself over the other."""
    return {
        cause: frozenset(one for one in effects if one != cause and cause not in follows.get(one, frozenset()))
        for cause, effects in follows.items()
    }


def elements_of(ground: Ground) -> dict[str, tuple[str, ...]]:
    """Label `element` → the elements of the graph that it is about."""
    return {subject.id: subject.nodes for _, subject in ground.made}


def lost(ground: Ground) -> dict[str, frozenset[str]]:
    """Element that an alert calls out → the alerts' elements that go down with it."""
    about = elements_of(ground)
    found = {}
    for id_, (subject, _) in named(ground, "out").items():
        gone, _effects = ground.follows(subject.nodes)
        gone |= frozenset(subject.nodes)
        gone |= {line.id for line in ground.site.lines.values() if any(end.device in gone for end in line.ends)}
        found[id_] = frozenset(one for one, nodes in about.items() if one != id_ and gone.issuperset(nodes))
    return _one_way(found)


def hidden(ground: Ground) -> dict[str, frozenset[str]]:
    """Element that is out or silent → the elements that nobody can ask while it is."""
    causes = {**named(ground, "out"), **named(ground, "telemetry")}
    nocs = [subject.id for subject in ground.subjects["noc"]]
    seen = _seen(ground, nocs, ())
    found = {}
    for id_, (subject, _) in causes.items():
        nodes = [node for node in subject.nodes if node in ground.graph.elements]
        found[id_] = frozenset(seen - _seen(ground, nocs, nodes) - {id_}) if nodes else frozenset()
    return _one_way(found)


def _seen(ground: Ground, nocs: list[str], out: list[str] | tuple[str, ...]) -> set[str]:
    """What some NOC node can ask while `out` is gone, and the sensors and areas that are told of by what it can ask."""
    site = ground.site
    up = ground.graph.up(out)
    joined = joined_in(ground.graph.neighbours, up)
    found = set()
    for subject in ground.subjects["agent"]:
        door = _door(ground, subject.id)
        if subject.id not in out and (door is None or any(noc in up and joined(noc, door) for noc in nocs)):
            found.add(subject.id)
    sensors = {one.id for one in site.sensors.values() if one.monitor in found and one.id not in out}
    areas = {site.sensors[one].area for one in sensors}
    return found | sensors | areas


def _door(ground: Ground, id_: str) -> str | None:
    """Where an agent hangs on the network: itself, or the switch of its LAN."""
    if id_ in ground.graph.neighbours:
        return id_
    found = place.find(ground.site, id_)
    address = getattr(found[1], "address", None) if found else None
    return next((lan.switch for lan in ground.site.lans.values() if address and address in lan.prefix), None)


def inhibit_rules(ground: Ground) -> list[dict[str, Any]]:
    """Alertmanager's `inhibit_rules`."""
    return [*_falls(ground), *_hides(ground), *_spares(ground), *_covers(ground)]


def _source(alerts: list[Alert], elements: list[str]) -> list[str]:
    names = one_of(sorted({alert.id for alert in alerts}))
    return [f'alertname=~"{names}"', f'element=~"{one_of(elements)}"']


def _falls(ground: Ground) -> Iterator[dict[str, Any]]:
    out = named(ground, "out")
    for id_, effects in lost(ground).items():
        if effects:
            alerts = out[id_][1]
            target = [f'element=~"{one_of(effects)}"', f'alertname!~"{one_of(LIFE)}"']
            yield {"source_matchers": _source(alerts, [id_]), "target_matchers": target}


def _hides(ground: Ground) -> Iterator[dict[str, Any]]:
    out, silent = named(ground, "out"), named(ground, "telemetry")
    names = one_of(sorted({alert.id for alert in ground.alerts if alert.telemetry}))
    for id_, effects in hidden(ground).items():
        alerts = [alert for known in (out, silent) if id_ in known for alert in known[id_][1]]
        if effects:
            target = [f'alertname=~"{names}"', f'element=~"{one_of(effects)}"']
            yield {"source_matchers": _source(alerts, [id_]), "target_matchers": target}


def _spares(ground: Ground) -> Iterator[dict[str, Any]]:
    out = named(ground, "out")
    for alert, subject in ground.made:
        if not alert.spare:
            continue
        above = ground.graph.closure(node for node in subject.nodes if node in ground.graph.elements)
        causes = [
            id_ for id_ in out if id_ != subject.id and id_ in above and ground.graph.elements[id_].kind in alert.spare
        ]
        if causes:
            alerts = [one for id_ in causes for one in out[id_][1]]
            target = [f'alertname="{alert.id}"', f'element="{subject.id}"']
            yield {"source_matchers": _source(alerts, causes), "target_matchers": target}


def _covers(ground: Ground) -> Iterator[dict[str, Any]]:
    for alert in ground.alerts:
        if alert.covers:
            target = [f'alertname=~"{one_of(alert.covers)}"']
            yield {"source_matchers": [f'alertname="{alert.id}"'], "target_matchers": target, "equal": ["element"]}
