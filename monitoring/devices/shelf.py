"""The device files that are there: read from this folder; every fault of a file is told with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from inventory.problem import Problem
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.nodes import Path as At
from inventory.reading.shelf import FilesInvalid, read_all
from inventory.reading.single import read_single
from inventory.words import did_you_mean
from monitoring.devices.definition import Definition, Reading, Table
from monitoring.sensors.classes import STATE_CLASSES
from monitoring.sensors.text import names_in

FOLDER = Path(__file__).parent


class DevicesInvalid(FilesInvalid):
    """A device file cannot be used; `problems` holds every fault of every file."""

    code = "devices-invalid"
    hint = "mend the lines that the sentence names; docs/device-format.md describes them"


@cache
def load_all(folder: Path = FOLDER) -> tuple[Definition, ...]:
    """Every device file, by name. Raises DevicesInvalid."""
    return read_all(folder, read, DevicesInvalid)


def read(source: Source) -> tuple[Definition | None, list[Problem]]:
    """One file's definition and all that is wrong with it; None when too much of it is."""
    single = read_single(source, Definition, "device file", "title, source, match, tables …")
    typed, problems = single.typed, single.problems
    if single.declared and typed.value is not None and not typed.problems:
        problems += unfit(typed.value, single.declared)
    return typed.value, list(dict.fromkeys(problems))


def readings(definition: Definition, table: Table) -> tuple[Reading, ...]:
    """A table's readings, whether written there or named."""
    return definition.readings[table.shared] if table.shared else table.readings


def unfit(definition: Definition, declared: Declared) -> Iterator[Problem]:
    """Names that lead nowhere, and a file that fits no device."""
    if definition.always == bool(definition.match):
        message, expected = "which devices is it for?", "`always: true`, or a list under `match`"
        found = "both" if definition.always else "neither"
        yield _problem(declared, ("match",), "no-match", message, expected, found, "keep one of the two")
    for at, table in enumerate(definition.tables):
        where: At = ("tables", at)
        if table.shared and table.shared not in definition.readings:
            yield _unknown(declared, (*where, "shared"), "list of readings", table.shared, definition.readings)
            continue
        if bool(table.shared) == bool(table.readings):
            message, expected = "what does the table tell?", "`readings`, or the name of such a list under `shared`"
            found = "both" if table.shared else "neither"
            yield _problem(declared, where, "no-readings", message, expected, found, "keep one of the two")
        for number, reading in enumerate(readings(definition, table)):
            inner: At = ("readings", table.shared, number) if table.shared else (*where, "readings", number)
            yield from _names(definition, table, reading, declared, inner)


def _names(definition: Definition, table: Table, reading: Reading, declared: Declared, at: At) -> Iterator[Problem]:
    known = {**definition.look, **table.look}
    for part, name in _looks(table, reading):
        if name not in known and not names_in_index(name):
            yield _unknown(declared, (*at, part), "look", name, known)
    wanted = [reading.states] if reading.states else []
    wanted += [pair[1] for pair in (reading.alarm, reading.behind) if pair]
    for name in wanted:
        if name not in definition.states:
            yield _unknown(declared, (*at, "states"), "list of states", name, definition.states)
    if (reading.class_ in STATE_CLASSES) != (reading.states is not None):
        message, expected = "states belong to the class state, and only to it", "both or neither"
        yield _problem(declared, at, "states", message, expected, reading.class_, "add `states`, or change the class")


def names_in_index(name: str) -> bool:
    """True for the names that every row has: the index, its arcs, the raw value."""
    return name in {"i", "value"} or (name.startswith("i") and name[1:].lstrip("-").isdigit())


def _looks(table: Table, reading: Reading) -> Iterator[tuple[str, str]]:
    for part in ("descr", "alone", "group"):
        yield from ((part, name) for name in names_in(getattr(reading, part) or ""))
    for part, conditions in (
        ("only", reading.only),
        ("skip", reading.skip),
        ("idle", reading.idle),
        ("only", table.only),
        ("skip", table.skip),
    ):
        yield from ((part, name) for name in conditions)
    yield from (("scales", scale.look) for scale in reading.scales)
    yield from ((part, pair[0]) for part, pair in (("alarm", reading.alarm), ("behind", reading.behind)) if pair)
    if reading.limits:
        limits = (reading.limits.low, reading.limits.low_warn, reading.limits.high_warn, reading.limits.high)
        yield from (("limits", limit) for limit in limits if isinstance(limit, str))


def _problem(declared: Declared, path: At, code: str, message: str, expected: str, found: str, hint: str) -> Problem:
    line, column = declared.at(path)
    return Problem(declared.file, line, column, code, message, expected, found, hint)


def _unknown(declared: Declared, path: At, what: str, name: str, known: Iterable[str]) -> Problem:
    names = sorted(known)
    hint = did_you_mean(name, names, f"there are {', '.join(names) or 'none'}")
    return _problem(declared, path, "unknown-name", f"no {what} {name!r}", f"a {what} of this file", repr(name), hint)
