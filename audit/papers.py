"""Documents that people answer for, and exceptions that somebody approved: `audit/*.yaml` of the site and the state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field

from audit.reading import Shape, read
from inventory.model import Model
from inventory.model.base import Id, Words
from inventory.problem import Problem
from inventory.reading.files import read_folder
from inventory.words import did_you_mean

FOLDER = "audit"


class Found(StrEnum):
    met = "met"
    unmet = "unmet"


class Attested(Model):
    """A document, what it says about an item, who answers for that and until when."""

    id: Id
    item: Id
    rooms: tuple[Id, ...] = ()
    """All rooms of the item's scope when left out."""
    document: Words
    """A file, relative to the YAML file."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    says: Found = Found.met
    value: float | None = None
    """The figure that the document states, where the item asks for one."""
    by: Words
    dated: dt.date
    until: dt.date


class Excuse(StrEnum):
    exception = "exception"
    """The item stays unmet or unknown; somebody answers for it until a day."""
    not_applicable = "not-applicable"
    """The item does not apply to these rooms, by somebody's decision until a day."""


class Waiver(Model):
    id: Id
    item: Id
    rooms: tuple[Id, ...] = ()
    kind: Excuse = Excuse.exception
    reason: Words
    approver: Words
    approved: dt.date
    until: dt.date


SHAPE = Shape({}, {"attestations": Attested, "waivers": Waiver})


class PapersInvalid(Exception):
    """The papers cannot be read; `problems` holds every fault of every file."""

    exit_code, code = 3, "papers-invalid"
    hint = "mend the lines that the sentence names; docs/audit-catalogue.md describes them"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.text() for problem in self.problems))


@dataclass(frozen=True)
class Papers:
    attestations: tuple[Attested, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    folders: dict[str, Path] = field(default_factory=dict)
    """Attestation → the folder that its document is relative to."""

    def document(self, attested: Attested) -> Path:
        return self.folders[attested.id] / attested.document

    def waiver(self, item: str, room: str, day: dt.date) -> Waiver | None:
        """The exception in force for a room; a decision that it does not apply comes first."""
        found = [
            one
            for one in self.waivers
            if one.item == item and (not one.rooms or room in one.rooms) and one.approved <= day <= one.until
        ]
        return min(found, key=lambda one: (one.kind != Excuse.not_applicable, one.id), default=None)

    def plain(self) -> dict[str, Any]:
        """As JSON, in the order of ids."""
        rows = sorted(self.waivers, key=lambda one: one.id)
        return {one.id: one.model_dump(mode="json", exclude={"id"}) for one in rows}


def load(folders: Collection[Path], items: Collection[str], rooms: Collection[str]) -> Papers:
    """The papers of these folders, those that are not there left out. Raises PapersInvalid."""
    problems: list[Problem] = []
    attestations: list[Attested] = []
    waivers: list[Waiver] = []
    homes: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir() or not list(folder.glob("*.yaml")):
            continue
        found = read(read_folder(folder), SHAPE)
        for name in SHAPE.collections:
            for paper in found.values[name].values():
                at = (name, paper.id)
                for path, known, given in _named(paper, items, rooms):
                    if given not in known:
                        hint = did_you_mean(given, sorted(known), "`mroom audit score` lists the items and rooms")
                        told = ("one that there is", given, hint)
                        found.problem(at, path, "no-such", f"{name}.{paper.id} names {given!r}", told)
                if paper.id in homes:
                    told = ("each id once", paper.id, "rename one of the two")
                    found.problem(at, (), "duplicate-key", f"{paper.id} is in two folders", told)
                homes[paper.id] = folder
        problems += found.problems
        attestations += found.values["attestations"].values()
        waivers += found.values["waivers"].values()
    if problems:
        raise PapersInvalid(problems)
    return Papers(tuple(attestations), tuple(waivers), homes)


def _named(
    paper: Attested | Waiver, items: Collection[str], rooms: Collection[str]
) -> list[tuple[tuple[str | int, ...], Collection[str], str]]:
    """Path, what may stand there, and what does."""
    own = [(("rooms", number), rooms, room) for number, room in enumerate(paper.rooms)]
    return [(("item",), items, paper.item), *own]
