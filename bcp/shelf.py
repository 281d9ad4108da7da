"""The drills that are there: read from bcp/drills; every fault of a file is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bcp.drill import Drill, Hazard
from inventory.model import Site
from inventory.problem import Problem
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.shelf import FilesInvalid, read_all
from inventory.reading.single import read_single
from inventory.words import close, did_you_mean, either

At = tuple[str | int, ...]

FOLDER = Path(__file__).with_name("drills")


class DrillsInvalid(FilesInvalid):
    """A drill file cannot be used; `problems` holds every fault of every file."""

    code = "drill-invalid"
    hint = "mend the lines that the sentence names; docs/drill-format.md describes them"


class NoSuchDrill(Exception):
    """Nobody has written this drill."""

    exit_code, code = 2, "no-drill"

    def __init__(self, wanted: str, known: list[str]) -> None:
        super().__init__(f"no drill {wanted!r}")
        near = close(wanted, known)
        self.hint = f"did you mean {either(near)}?" if near else f"there are {either(known)}"


def load_all(site: Site, folder: Path = FOLDER) -> dict[str, Drill]:
    """Every drill by id, each fit for this site. Raises DrillsInvalid."""
    return {drill.id: drill for drill in read_all(folder, lambda source: read(source, site), DrillsInvalid)}


def load(drill: str, site: Site, folder: Path = FOLDER) -> Drill:
    """One drill. Raises DrillsInvalid or NoSuchDrill."""
    drills = load_all(site, folder)
    if drill not in drills:
        raise NoSuchDrill(drill, sorted(drills))
    return drills[drill]


def read(source: Source, site: Site) -> tuple[Drill | None, list[Problem]]:
    """One file's drill and all that is wrong with it; None when too much of it is."""
    single = read_single(source, Drill, "drill", "title, purpose, target, steps …")
    typed, problems = single.typed, single.problems
    if single.declared and typed.value is not None and not typed.problems:
        problems += _unfit(typed.value, single.declared, site)
    return typed.value, problems


def _problem(declared: Declared, path: At, code: str, message: str, expected: str, found: str, hint: str) -> Problem:
    line, column = declared.at(path)
    return Problem(declared.file, line, column, code, message, expected, found, hint)


def _unfit(drill: Drill, declared: Declared, site: Site) -> Iterator[Problem]:
    yield from _references(drill, declared, site)
    yield from _order(drill, declared)


def _references(drill: Drill, declared: Declared, site: Site) -> Iterator[Problem]:
    if not drill.hazards:
        message, hint = "the drill assumes no damage", f"name one of {either(list(Hazard))}"
        yield _problem(declared, ("hazards",), "no-hazard", message, "at least one hazard", "none", hint)
    named: list[tuple[At, str]] = [(("systems", at), name) for at, name in enumerate(drill.systems)]
    named.append((("requests", "system"), drill.requests.system))
    for path, name in named:
        if name not in site.systems:
            hint = did_you_mean(name, site.systems, f"there are {either(list(site.systems))}")
            yield _problem(declared, path, "no-system", f"no system {name!r}", "a system of the site", repr(name), hint)
    system = site.systems.get(drill.requests.system)
    if system and (system.entry is None or system.probe is None or system.probe.url is None):
        message, expected = f"{system.id} has no page to ask for", "a system with an entry and a probe with a url"
        hint = f"give systems.{system.id}.probe.url in the inventory, or ask another system"
        yield _problem(declared, ("requests", "system"), "no-url", message, expected, system.id, hint)
    lines = [line.id for line in site.lines.values() if line.kind == drill.target.lines]
    if drill.target.default not in lines:
        message = f"{drill.target.default} is no {drill.target.lines} line"
        hint = did_you_mean(drill.target.default, lines, f"there are {either(lines)}" if lines else "name another kind")
        yield _problem(declared, ("target", "default"), "no-line", message, either(lines) or "a line of that kind",
                       drill.target.default, hint)  # fmt: skip


def _order(drill: Drill, declared: Declared) -> Iterator[Problem]:
    """Each step is one thing; something is broken, and mended afterwards."""
    broken = False
    for at, step in enumerate(drill.steps):
        if len(step.parts) != 1:
            given = f"{len(step.parts)} of them"
            yield _problem(declared, ("steps", at), "one-thing", f"step {at + 1} is not one thing",
                           "exactly one of break, wait, mend", given, "make a step of each")  # fmt: skip
        if step.mend and not broken:
            yield _problem(declared, ("steps", at), "nothing-broken", f"step {at + 1} mends, but nothing is broken",
                           "a break before it", "mend", "move it behind the step that breaks")  # fmt: skip
        broken = (broken or step.break_ is not None) and step.mend is None
    if broken:
        yield _problem(declared, ("steps",), "left-broken", "the steps end with something broken",
                       "a mend after the last break", "none", "add `- mend: {}`")  # fmt: skip
    elif all(step.break_ is None for step in drill.steps):
        yield _problem(declared, ("steps",), "nothing-broken", "no step breaks anything", "a break", "none",
                       "add `- break: {kind: …}`")  # fmt: skip
