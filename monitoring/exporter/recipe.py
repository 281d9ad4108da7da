"""How the values of one device become text, learned once and used until something that it rests on changes.

Decoding looks at names, types, scales and conditions; between two scrapes only the readings themselves change. A
recipe keeps the finished head of every line and writes new values behind it. It refuses as soon as anything else is not
as it was when it was made (a name, a scale, a limit, a sensor that came or went); then the device is decoded anew. So
the text is the same with and without (a test holds it to that).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from monitoring.devices.definition import Definition
from monitoring.exporter.families import (
    SEVERITIES,
    SEVERITY_FAMILY,
    STATE_FAMILY,
    Family,
    family,
    limit_family,
)
from monitoring.exporter.text import head, labels, number
from monitoring.sensors.classes import CLASSES, STATE_CLASSES
from monitoring.sensors.conditions import any_holds
from monitoring.sensors.decode import Found, decode_rows, opinion
from monitoring.sensors.number import factor, raw_number, scaled
from monitoring.sensors.reading import Reading
from monitoring.sensors.text import Value
from monitoring.sensors.view import View

_NOWHERE: Mapping[str, str] = MappingProxyType({})


class Stale(Exception):
    """What the recipe rests on has changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sample whose value is read anew."""

    oid: str
    head: str
    found: Found
    by: float | None
    """Raw to sample, where nothing but a factor lies between; None: the long way."""
    places: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    """Look of the device's opinion → its OID."""


@dataclass
class Recipe:
    """See above. `render` raises Stale."""

    families: list[tuple[str, list[Line | str]]] = field(default_factory=list)
    opinions: list[Line] = field(default_factory=list)
    guard: dict[str, Value] = field(default_factory=dict)
    """What must be as it was."""
    absent: frozenset[str] = frozenset()
    count: int = 0
    used: set[str] = field(default_factory=set)
    """Every OID that the text rests on."""

    def render(self, values: Mapping[str, Value]) -> str:
        """The text of these values."""
        if len(values) != self.count or not values.keys().isdisjoint(self.absent):
            raise Stale
        if not self.guard.items() <= values.items():
            raise Stale
        out: list[str] = []
        for above, lines in self.families:
            out.append(above)
            for line in lines:
                if isinstance(line, str):
                    out.append(line)
                    continue
                value = values.get(line.oid)
                if line.by is not None and type(value) is int:
                    out.append(f"{line.head}{value if line.by == 1.0 else number(_product(value, line.by))}\n")
                else:
                    sample = _sample(line.found, value)
                    if sample is not None:
                        out.append(f"{line.head}{number(sample)}\n")
        out += self._opinions(values)
        return "".join(out)

    def _opinions(self, values: Mapping[str, Value]) -> list[str]:
        severities, texts = [], []
        for line in self.opinions:
            found = line.found
            raw = raw_number(found.column, values.get(line.oid))
            if raw is None:
                raise Stale

            def get(name: str, places: Mapping[str, str] = line.places) -> Value:
                return values.get(places.get(name, ""))

            state, severity = opinion(found, raw, get)
            if severity is not None:
                severities.append(f"{SEVERITY_FAMILY.name}{line.head} {SEVERITIES[severity]}\n")
            if state is not None and found.column.states is not None:
                said = labels({"state": state})[1:]
                texts.append(f"{STATE_FAMILY.name}{line.head[:-1]},{said} 1\n")
        out = []
        for one, rows in ((SEVERITY_FAMILY, severities), (STATE_FAMILY, texts)):
            if rows:
                out += [head(one.name, one.kind, one.help_text), *rows]
        return out


def _product(raw: float, by: float) -> float:
    # 57 × 0.01 is not 0.57 in floating point, 57 / 100 is
    return round(raw * by, 9) if by >= 1 else round(raw / (1 / by), 9)


def _sample(found: Found, value: Value) -> float | None:
    """The sample of a reading; None where the device does not know. Raises Stale where it would be no reading."""
    column, row = found.column, found.row
    raw = raw_number(column, value)
    if raw is None or not found.counts(value):
        raise Stale
    by = factor(column, row, raw)
    if by is None:
        raise Stale
    if raw in column.unknown or any_holds(column.idle, row, raw):
        return None
    return base_value(column.class_, scaled(column, raw, by))


def base_value(class_: str, value: float) -> float:
    """A reading's value in the base unit of its metric."""
    by = CLASSES[class_].factor
    return value if by == 1.0 else round(value * by, 9) if by >= 1 else round(value / (1 / by), 9)


def label_pairs(reading: Reading) -> dict[str, str]:
    """The labels of a reading's series; the OID keeps those apart that a device names alike."""
    if CLASSES[reading.class_].port:
        return {"port": reading.descr, "index": reading.oid.rpartition(".")[2]}
    return {"sensor": reading.descr, "group": reading.group, "oid": reading.oid}


def learn(definitions: Iterable[Definition], values: Mapping[str, Value]) -> Recipe:
    """A recipe for these values and those that differ from them in readings alone."""
    view = View(values)
    rows = decode_rows(definitions, view)
    recipe = Recipe(count=len(values))
    kinds: dict[str, list[Line | str]] = {}
    families: dict[str, Family] = {}
    moving: set[str] = set()
    for reading, found in rows:
        one, head_text = family(reading.class_), labels(label_pairs(reading))
        families[one.name] = one
        simple = _simple(found)
        line = Line(reading.oid, f"{one.name}{head_text} ", found, simple)
        kinds.setdefault(one.name, []).append(line)
        moving.add(reading.oid)
        if (reading.class_ == "state" or found.column.alarm) and reading.class_ not in {"port_admin", "port_oper"}:
            places = _places(found)
            recipe.opinions.append(Line(reading.oid, head_text, found, None, places))
            moving.update(places.values())
        if reading.limits:
            limit = limit_family(reading.class_)
            families[limit.name] = limit
            kinds.setdefault(limit.name, []).extend(_limits(limit, reading))
    # what decides about another reading, or about this one's name, scale and limits, is no mere value
    moving -= {place for _, found in rows for name in found.names() if (place := found.row.place(name))}
    for _, found in rows:
        _forget_view(found)
    recipe.families = [(head(one.name, one.kind, one.help_text), kinds[name]) for name, one in families.items()]
    still = view.touched - moving
    recipe.guard = {oid: values[oid] for oid in still if oid in values}
    recipe.absent = frozenset(oid for oid in still if oid not in values)
    recipe.used = moving | recipe.guard.keys()
    return recipe


def _limits(limit: Family, reading: Reading) -> list[str]:
    pairs = label_pairs(reading)
    return [
        f"{limit.name}{labels({**pairs, 'limit': name})} {number(base_value(reading.class_, value))}\n"
        for name, value in reading.limits.items()
        if math.isfinite(value)
    ]


def _places(found: Found) -> dict[str, str]:
    names = [pair[0] for pair in (found.column.alarm, found.column.behind) if pair]
    return {name: place for name in names if (place := found.row.place(name))}


def _forget_view(found: Found) -> None:
    """Look everything up that a later sample may ask for, so that the walk itself need not be kept."""
    for name in found.names():
        found.row.get(name)
    found.row.view = _NOTHING


_NOTHING = View({})


def _simple(found: Found) -> float | None:
    """Raw to sample, when a factor is all that lies between them."""
    column = found.column
    by_value = "value" in {*found.table.skip, *found.table.only, *column.skip, *column.only, *column.idle}
    if (
        by_value
        or column.plausible
        or column.unknown
        or column.fahrenheit
        or column.words
        or column.find
        or column.idle
    ):
        return None
    return 1.0 if column.class_ in STATE_CLASSES else found.by * CLASSES[column.class_].factor
