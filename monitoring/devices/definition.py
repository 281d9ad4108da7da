"""What a device file may say. docs/device-format.md tells it with examples."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from inventory.model.base import Id, Model, Words
from monitoring.sensors.classes import CLASSES

_NAME = re.compile(r"[a-z][a-z0-9_]*$")
_OID = re.compile(r"[0-2](\.(\d+|\*))+$")
_COLUMN = re.compile(r"\d+(\.\d+)*$")
_LOOK = re.compile(r"\d+(\.(\d+|\*))*(@(=[\d.]+|-?\d+|\d+-\d*|<[a-z_]+>)|~[A-Za-z]+/[a-z_]+)?$")

Severity = Literal["ok", "warning", "critical", "unknown"]


def _oid(value: str) -> str:
    if not _OID.match(value):
        raise ValueError("expected an OID: numbers with dots, without a leading dot")
    return value


def _column(value: int | str) -> str:
    if not _COLUMN.match(str(value)):
        raise ValueError("expected a column: a number, or numbers with dots in quotes")
    return str(value)


def _look(value: int | str) -> str:
    if not _LOOK.match(str(value)):
        raise ValueError("expected a look: a column or an OID, with @arcs of the index or ~Name/look behind it")
    return str(value)


def _class(value: str) -> str:
    if value not in CLASSES:
        raise ValueError(f"expected a class: one of {', '.join(CLASSES)}")
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression ({error})") from error
    return value


def _name(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError("expected a name: lower-case letters, digits and underscores, beginning with a letter")
    return value


def _several(value: Any) -> Any:
    # strict validation of what a validator returns wants the very type
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Name = Annotated[str, AfterValidator(_name)]
Oid = Annotated[str, AfterValidator(_oid)]
Column = Annotated[int | str, AfterValidator(_column)]
Look = Annotated[int | str, AfterValidator(_look)]
ClassName = Annotated[str, AfterValidator(_class)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Number = int | float
States = dict[int, tuple[Words, Severity]]
"""Value → what it means, and how bad that is."""


class Match(Model):
    """A device is meant when all that is given here holds."""

    sysobjectid: Oid | None = None
    """sysObjectID.0 is this or below it."""
    sysdescr: Pattern | None = None
    """Found in sysDescr.0."""
    serves: Oid | None = None
    """The device has something at or below this OID."""


class Test(Model):
    """A condition on one look; all that is given must hold."""

    equals: tuple[int | str, ...] | None = None
    not_equals: tuple[int | str, ...] | None = None
    matches: Pattern | None = None
    not_matches: Pattern | None = None
    above: Number | None = None
    below: Number | None = None
    present: bool | None = None


Condition = int | str | tuple[int | str, ...] | Test
Conditions = dict[str, Condition]
"""Look → what it must be: a value, one of several, or a test. `value` is the reading's own, `i`, `i0`, `i1`, `i-1` …
are the index and its arcs."""


class Limits(Model):
    """The device's own limits: a look or a number in the reading's unit."""

    low: str | Number | None = None
    low_warn: str | Number | None = None
    high_warn: str | Number | None = None
    high: str | Number | None = None
    divisor: Number | None = None
    """Of limits that are looks, where it is not the reading's own."""
    skip: tuple[int, ...] = ()
    """Raw values that mean "no limit"."""


class Thresholds(Model):
    """Limits in a table of their own whose index begins with the reading's (CISCO-ENTITY-SENSOR-MIB)."""

    at: Oid
    severity: int
    relation: int
    value: int


class Listed(Model):
    """Where the upstream decoder of the recordings, whose readings `mroom sensors` promises, gives another number or
    class than the device means. The exporter always tells what the device means."""

    class_: Annotated[ClassName | None, Field(alias="class")] = None
    divisor: Number | None = None
    """None: the reading's own scale."""
    multiplier: Number = 1


class Scale(Model):
    """The power of ten that a column gives, for each row."""

    look: str
    exponents: dict[int, int] | None = None
    """Value of the look → exponent of ten; without it the look is the exponent itself."""
    sign: Literal[1, -1] = 1
    factor: bool = False
    """The look is no exponent: a positive value multiplies, a negative one divides."""


class Reading(Model):
    """One column of a table (or a scalar): a reading for each row."""

    column: Column
    class_: Annotated[ClassName, Field(alias="class")]
    descr: str
    """Text with {look}s; `{i}` is the index."""
    alone: str | None = None
    """The text where the table has one row only."""
    group: str | None = None
    only: Conditions = {}
    skip: Conditions = {}
    """A row to which one of these applies is not there."""
    divisor: Number = 1
    multiplier: Number = 1
    candidates: tuple[Number, ...] = ()
    """Divisors to try where makers disagree: the first that brings the value between `plausible` is taken."""
    plausible: tuple[Number, Number] | None = None
    scales: tuple[Scale, ...] = ()
    fahrenheit: bool = False
    idle: Conditions = {}
    """Where one applies, the value means nothing at present (no sensor connected): listed, never exported."""
    unknown: tuple[int, ...] = ()
    """Raw values by which the device says that it does not know: listed as they are, never exported."""
    strip: Pattern | None = None
    """What is taken out of the text."""
    find: Pattern | None = None
    """Where in a text the number stands: the first group."""
    states: Name | None = None
    words: dict[str, int] = {}
    """For devices that answer with words: word → state."""
    behind: tuple[str, Name] | None = None
    """Where the value itself tells nothing (it is 0): (look, states) that tell the state."""
    alarm: tuple[str, Name] | None = None
    """The device's own opinion of this reading: (look, states)."""
    limits: Limits | None = None
    thresholds: Thresholds | None = None
    listed: Listed | None = None


class Table(Model):
    """What stands below one OID. `at` may be several tables of one shape."""

    at: Annotated[tuple[Oid, ...], BeforeValidator(_several)]
    look: dict[str, Look] = {}
    only: Conditions = {}
    skip: Conditions = {}
    group: str | None = None
    readings: tuple[Reading, ...] = ()
    shared: Name | None = None
    """Instead of `readings`: the name of a list under the file's own `readings`."""


class Definition(Model):
    """One vendor or MIB."""

    id: Id
    title: Words
    source: Words
    """The MIB modules that the numbers come from."""
    star: Oid | None = None
    """A `*` in this file's OIDs is the arc that follows this in sysObjectID: makers who number their models there."""
    always: bool = False
    """A standard MIB: asked of every device."""
    match: tuple[Match, ...] = ()
    look: dict[str, Look] = {}
    """Looks of every table."""
    states: dict[Name, States] = {}
    readings: dict[Name, tuple[Reading, ...]] = {}
    tables: tuple[Table, ...]
