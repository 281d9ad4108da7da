"""What a trap means: files in `meanings/`, told in docs/traps.md. Every fault of a file is told with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from inventory.model.base import Id, Model, Words
from inventory.problem import Problem
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.nodes import Path as At
from inventory.reading.shelf import FilesInvalid, read_all
from inventory.reading.single import read_single
from inventory.words import did_you_mean
from monitoring.alerts import catalogue
from monitoring.devices.definition import Oid
from monitoring.sensors.text import Value
from monitoring.traps.notification import Notification

FOLDER = Path(__file__).parent / "meanings"
HOLD_SECONDS = 180.0
"""How long an alarm stands by a trap alone: long enough for a poll, a rule's `for` and an evaluation, twice."""


class Trap(Model):
    """One trap that raises an alert, ends some, or is known and means nothing to anybody."""

    trap: Oid
    """The value of snmpTrapOID.0."""
    name: Words
    when: dict[Oid, tuple[int | str, ...]] = {}
    """OID or the beginning of one → what the varbind there must be one of."""
    raises: str | None = None
    otherwise: str | None = None
    """The alert where the element is nothing that `raises` is made for."""
    clears: tuple[str, ...] = ()
    about: Literal["element", "port"] = "element"
    """`port`: the line that ends in the port of the trap's ifIndex, where one does."""
    restarts: bool = False
    """The device numbers its ports anew."""
    hold_seconds: float = Field(default=HOLD_SECONDS, ge=10, le=3600)

    def fits(self, said: Notification) -> bool:
        return all(
            any(_is(value, wanted) for oid, value in said.values.items() if oid == at or oid.startswith(f"{at}."))
            for at, wanted in self.when.items()
        )


def _is(value: Value, wanted: tuple[int | str, ...]) -> bool:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text in wanted


class Meanings(Model):
    """One maker or MIB."""

    id: Id
    title: Words
    source: Words
    traps: tuple[Trap, ...] = Field(min_length=1)


class MeaningsInvalid(FilesInvalid):
    """A file of meanings cannot be used; `problems` holds every fault of every file."""

    code = "traps-invalid"
    hint = "mend the lines that the sentence names; docs/traps.md describes them"


@cache
def load_all(folder: Path = FOLDER) -> tuple[Meanings, ...]:
    """Every file, by name. Raises MeaningsInvalid, AlertsInvalid."""
    return read_all(folder, read, MeaningsInvalid)


def read(source: Source) -> tuple[Meanings | None, list[Problem]]:
    """One file's meanings and all that is wrong with them; None when too much of it is."""
    single = read_single(source, Meanings, "file of traps", "title, source, traps")
    problems = single.problems
    if single.declared and single.typed.value is not None and not problems:
        problems = list(_unfit(single.typed.value, single.declared))
    return single.typed.value, list(dict.fromkeys(problems))


def _unfit(one: Meanings, declared: Declared) -> Iterator[Problem]:
    known = sorted(alert.id for alert in catalogue.load())
    for number, trap in enumerate(one.traps):
        at: At = ("traps", number)
        named = [("raises", trap.raises), ("otherwise", trap.otherwise), *(("clears", name) for name in trap.clears)]
        for field, name in named:
            if name and name not in known:
                hint = did_you_mean(name, known, "ls monitoring/alerts/texts tells which there are")
                yield _problem(declared, (*at, field), "no such alert", "the name of one", repr(name), hint)
        if (trap.raises and trap.clears) or (trap.otherwise and not trap.raises):
            yield _problem(declared, at, "what does the trap do?", "`raises` (and `otherwise`), or `clears`",
                           "both" if trap.clears else "`otherwise` alone", "keep one of the two")  # fmt: skip


def _problem(declared: Declared, at: At, message: str, expected: str, found: str, hint: str) -> Problem:
    line, column = declared.at(at)
    return Problem(declared.file, line, column, "trap-meaning", message, expected, found, hint)


class Dictionary:
    """From the OID of a trap to what it means. The first that fits counts: the more special stand first."""

    def __init__(self, files: Iterable[Meanings]) -> None:
        self._by_oid: dict[str, list[Trap]] = {}
        for one in files:
            for trap in one.traps:
                self._by_oid.setdefault(trap.trap, []).append(trap)

    def of(self, said: Notification) -> Trap | None:
        return next((trap for trap in self._by_oid.get(said.trap, ()) if trap.fits(said)), None)
