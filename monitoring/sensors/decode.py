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
from monitoring.sensors.text import Value, fill, names_in
from monitoring.sensors.view import View

_DIGITS = 4
"""Decimals of a listed value, as the recordings have them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that counts, and what made a reading of it."""

    row: Row
    oid: str
    raw: float
    by: float
    column: Column
    definition: Definition
    table: Table
    states: States

    def names(self) -> set[str]:
        """The looks that decide whether the row counts, its scale, its texts and its limits; not its opinion."""
        column, table, limits = self.column, self.table, self.column.limits
        texts = (column.descr, column.alone or "", column.group or table.group or "")
        given = (limits.low, limits.low_warn, limits.high_warn, limits.high) if limits else ()
        found = {*table.skip, *table.only, *column.skip, *column.only, *column.idle}
        found.update(scale.look for scale in column.scales)
        found.update(name for text in texts for name in names_in(text))
        found.update(limit for limit in given if isinstance(limit, str))
        return found - {"value"}

    def counts(self, value: Value) -> bool:
        """Would the row count with this value?"""
        return counts(self.table, self.column, self.row, value)


def counts(table: Table, column: Column, row: Row, value: Value) -> bool:
    """Is the row there, by the conditions of its table and of the reading?"""
    if any_holds(table.skip, row, value) or any_holds(column.skip, row, value):
        return False
    return all_hold(table.only, row, value) and all_hold(column.only, row, value)


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
            # what one reading of a row has looked up, the next need not
            rows: dict[str, Row] = {}
            for column in columns_of(definition, table):
                for reading, found in _column(definition, table, at, column, view, rows):
                    chosen.setdefault((reading.oid, reading.class_), (reading, found))
    return list(chosen.values())


def tables(definition: Definition) -> Iterator[tuple[str, Table]]:
    """(OID, table) of everything that a file tells of."""
    for table in definition.tables:
        for at in table.at:
            yield at, table


def _column(
    definition: Definition, table: Table, at: str, column: Column, view: View, rows: dict[str, Row]
) -> Iterator[tuple[Reading, Found]]:
    found = list(_rows(definition, table, at, column, view, rows))
    for one in found:
        template = column.alone if column.alone is not None and len(found) == 1 else column.descr
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


def _rows(
    definition: Definition, table: Table, at: str, column: Column, view: View, rows: dict[str, Row]
) -> Iterator[Found]:
    looks = {**definition.look, **table.look}
    states = definition.states[column.states] if column.states else {}
    # a row that its looks alone leave out may change as it likes
    watched = "value" in {*table.skip, *table.only, *column.skip, *column.only}
    for index, value in view.below(f"{at}.{column.column}", touch=watched):
        row = rows.get(index)
        if row is None:
            row = rows[index] = Row(view, at, index, looks)
        if not counts(table, column, row, value):
            continue
        view.touched.add(f"{at}.{column.column}.{index}")
        raw = raw_number(column, value)
        by = None if raw is None else factor(column, row, raw)
        if raw is not None and by is not None:
            yield Found(row, f"{at}.{column.column}.{index}", raw, by, column, definition, table, states)


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
