"""The formats that are there: read from this folder; every fault of a file is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inventory.problem import Problem
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.shelf import FilesInvalid, read_all
from inventory.reading.single import read_single
from monitoring.entry.formats.definition import Format

FOLDER = Path(__file__).parent


class FormatsInvalid(FilesInvalid):
    """A format file cannot be used; `problems` holds every fault of every file."""

    code = "formats-invalid"
    hint = "mend the lines that the sentence names; docs/entry.md describes them"


@cache
def load_all(folder: Path = FOLDER) -> tuple[Format, ...]:
    """Every format, by name. Raises FormatsInvalid."""
    return read_all(folder, read, FormatsInvalid)


def read(source: Source) -> tuple[Format | None, list[Problem]]:
    """One file's format and all that is wrong with it; None when too much of it is."""
    single = read_single(source, Format, "format file", "title, source, shape, match, fields, events")
    problems = single.problems
    if single.declared and single.typed.value is not None and not problems:
        problems = list(_unfit(single.typed.value, single.declared))
    return single.typed.value, list(dict.fromkeys(problems))


def _unfit(one: Format, declared: Declared) -> Iterator[Problem]:
    own = {"time": bool(one.fields.time and one.time), "controller": bool(one.fields.controller)}
    for name, given in own.items():
        if given != (one.shape == "csv"):
            line, column = declared.at(("fields",))
            expected = f"`{name}` in a CSV, and only there: a syslog message has its own"
            found = f"shape {one.shape} {'with' if given else 'without'} it"
            message = f"where does the {name} stand?"
            yield Problem(declared.file, line, column, "format-field", message, expected, found, "add it, or delete it")
