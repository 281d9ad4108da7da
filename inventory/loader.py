"""Read, check and type a site folder: every fault in one run, each with its file, line and column."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from inventory.judge import AcceptedFinding, judge
from inventory.kinds import collections
from inventory.model import Element, Settings, Site
from inventory.problem import InventoryInvalid, Problem
from inventory.reading.compose import Document, compose
from inventory.reading.declare import Declarations, declare
from inventory.reading.files import Source, read_folder
from inventory.reading.typed import validate
from inventory.rules.view import View


@dataclass(frozen=True)
class Report:
    """What `check` found. `site` is there only when there is no problem."""

    site: Site | None
    problems: tuple[Problem, ...]
    accepted: tuple[AcceptedFinding, ...]
    readable: Site
    """What could be read of it, valid or not as a whole; its `site` may be None."""

    @property
    def counts(self) -> dict[str, int]:
        """Buildings, devices, hosts, systems, and elements: of the graph when valid, else what could be read."""
        sizes = {name: len(getattr(self.readable, name)) for name in collections()}
        named = {name: sizes[name] for name in ("buildings", "devices", "hosts", "systems")}
        if self.site is None:
            return {**named, "elements": sum(sizes.values())}
        from inventory import graph

        return {**named, "elements": len(graph.build(self.site).elements)}


def load(path: Path | str) -> Site:
    """The site in a folder. Raises InventoryInvalid, which carries every problem."""
    report = check(path)
    if report.site is None:
        raise InventoryInvalid(Path(path), report.problems)
    return report.site


def check(path: Path | str, today: dt.date | None = None) -> Report:
    """Judge a folder; `today` (default: the clock's day) decides what has expired. Raises nothing for bad input."""
    return check_sources(read_folder(Path(path)), today)


def check_sources(sources: list[Source], today: dt.date | None = None) -> Report:
    """The same for files already in memory."""
    return check_documents([compose(source) for source in sources], today)


def check_documents(documents: list[Document], today: dt.date | None = None) -> Report:
    """The same for files already parsed."""
    declarations = declare(documents)
    view = _typed(declarations, today or dt.datetime.now(dt.UTC).astimezone().date())
    problems = declarations.problems
    if declarations.site is None and declarations.complete:
        first = documents[0].source.file
        problems.append(
            Problem(
                first,
                1,
                1,
                "missing-site",
                "no file holds the `site:` block",
                "site: with name, title, ranges and the AS numbers",
                "none",
                "add it, for instance in site.yaml",
            )
        )
    broken, accepted = judge(view, declarations)
    problems = _sorted([*problems, *broken])
    site = _whole(view) if not problems else None
    return Report(site, tuple(problems), tuple(accepted), view.every)


def _typed(declarations: Declarations, today: dt.date) -> View:
    doubtful: dict[tuple[str, str], frozenset[str]] = {}
    valid: dict[str, dict[str, Element]] = {}
    for name, cls in collections().items():
        valid[name] = {}
        for id_, declared in declarations.elements[name].items():
            typed = validate(cls, f"{name}.{id_}", declared, id_)
            declarations.problems += typed.problems
            if typed.doubtful:
                doubtful[name, id_] = typed.doubtful
            if typed.value is not None:
                valid[name][id_] = typed.value
    settings: Settings | None = None
    if declarations.site:
        typed = validate(Settings, "site", declarations.site)
        declarations.problems += typed.problems
        settings = typed.value
        doubtful["site", ""] = typed.doubtful
    site = Site.model_construct(None, site=settings, **valid)
    declared_ids = {name: frozenset(found) for name, found in declarations.elements.items()}
    return View(site, settings, today, declared_ids, declarations.maybe, declarations.complete, doubtful)


def _whole(view: View) -> Site:
    # every element has been validated; the class checks once more that the parts make a site
    return Site(site=view.settings, **{name: getattr(view.every, name) for name in collections()})  # type: ignore[arg-type]


def _sorted(problems: list[Problem]) -> list[Problem]:
    """By place; where a scalar is a trap, what follows from misreading it is left out."""
    traps = {(p.file, p.line, p.column) for p in problems if p.code == "yaml-trap"}
    return sorted({p for p in problems if p.code == "yaml-trap" or (p.file, p.line, p.column) not in traps})


def digest(site: Site | Path | str) -> str:
    """The sha256 of what an inventory says: comments, layout, file names and the order of objects do not count.

    The order inside one object does (the first router of a gateway is its master). Raises InventoryInvalid.
    """
    whole = site if isinstance(site, Site) else load(site)
    content = whole.model_dump(mode="json")
    ordered = {
        name: dict(sorted(value.items())) if name != "site" else value for name, value in sorted(content.items())
    }
    return hashlib.sha256(json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
