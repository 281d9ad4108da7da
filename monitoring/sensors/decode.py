"""A walk and the device files → readings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitoring.devices.definition import Definition, States, Table
from monitoring.devices.definition import Reading as Column
from monitoring.devices.shelf import readings as columns_of
from monitoring.sensors.conditions import all_hold, any_holds
from monitoring.sensors.limits import limits_of
from monitoring.sensors.look import Row
from monitoring.sensors.number import as_int, factor, raw_number, scaled
from monitoring.sensors.reading import Reading
from monitoring.sensors.text import Value, fill
from monitoring.sensors.view import View

_DIGITS = 4
"""Decimals of a listed value, as the recordings have them."""


@dataclass(frozen=True)
class Found:
    """A row that counts, and what made a reading of it."""

    row: Row
    oid: str
    raw: float
    by: float
    column: Column
    definition: Definition
    states: States


def decode(definitions: Iterable[Definition], values: Mapping[str, Value]) -> list[Reading]:
    """Every reading that the files know in these values (OID without a leading dot → value), in the files' order.

    A reading that two files tell of (same OID and class) is taken from the first.
    """
    return [reading for reading, _ in decode_rows(definitions, View(values))]


def decode_rows(definitions: Iterable[Definition], view: View) -> list[tuple[Reading, Found]]:
    """The same, each reading with what it was made of."""
    chosen: dict[tuple[str, str], tuple[Reading, Found]] = {}
    for definition in definitions:
        for at, table in tables(definition):
            for column in columns_of(definition, table):
                for reading, found in _column(definition, table, at, column, view):
                    chosen.setdefault((reading.oid, reading.class_), (reading, found))
    return list(chosen.values())


def tables(definition: Definition) -> Iterator[tuple[str, Table]]:
    """(OID, table) of everything that a file tells of."""
    for table in definition.tables:
        for at in (table.at,) if isinstance(table.at, str) else table.at:
            yield at, table


def _column(
    definition: Definition, table: Table, at: str, column: Column, view: View
) -> Iterator[tuple[Reading, Found]]:
    rows = list(_rows(definition, table, at, column, view))
    for one in rows:
        template = column.alone if column.alone is not None and len(rows) == 1 else column.descr
        listed = column.listed
        value = scaled(column, one.raw, one.by)
        told = value if listed is None or listed.divisor is None else one.raw * listed.multiplier / listed.divisor
        state, severity = opinion(one, one.raw, one.row.get)
        yield (
            Reading(
                class_=column.class_,
                descr=fill(template, one.row.text, column.strip),
                oid=one.oid,
                value=math.nan if one.raw in column.unknown or any_holds(column.idle, one.row, one.raw) else value,
                listed=round(told, _DIGITS),
                listed_class=(listed.class_ if listed else None) or column.class_,
                source=definition.id,
                group=fill(column.group or table.group or "", one.row.text),
                state=state,
                severity=severity,
                limits=limits_of(column, one.row, one.by),
            ),
            one,
        )


def _rows(definition: Definition, table: Table, at: str, column: Column, view: View) -> Iterator[Found]:
    looks = {**definition.look, **table.look}
    states = _states(definition, column.states)
    for index, value in view.below(f"{at}.{column.column}"):
        row = Row(view, at, index, looks)
        if any_holds(table.skip, row, value) or any_holds(column.skip, row, value):
            continue
        if not all_hold(table.only, row, value) or not all_hold(column.only, row, value):
            continue
        raw = raw_number(column, value)
        by = None if raw is None else factor(column, row, raw)
        if raw is not None and by is not None:
            yield Found(row, f"{at}.{column.column}.{index}", raw, by, column, definition, states)


def _states(definition: Definition, states: States | str | None) -> States:
    return definition.states[states] if isinstance(states, str) else states or {}


def opinion(found: Found, raw: float, get: Callable[[str], Value]) -> tuple[str | None, str | None]:
    """What the device itself says: a state's text and severity, or its alarm beside a measured value.

    `get` gives the value of a look of the row.
    """
    column, lists = found.column, found.definition.states
    if column.states is not None:
        if column.behind and not raw:
            look, name = column.behind
            behind = lists[name].get(as_int(get(look)))
            if behind:
                return behind
        return found.states.get(int(raw), (None, "unknown"))
    if column.alarm:
        look, name = column.alarm
        return lists[name].get(as_int(get(look)), (None, None))
    return None, None
