"""The mapping file: which column of the sheet is what, what its words mean, and which evidence shows each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from audit import proofs
from audit.item import Category, Class, Head, Item, Query, Scope
from audit.reading import Shape, read
from inventory.model import Model
from inventory.model.base import Id, Words
from inventory.problem import Problem
from inventory.reading.files import decode
from inventory.words import did_you_mean, either


class Where(Model):
    """The `sheet:` block."""

    name: Words | None = None
    """The sheet of a workbook; the only one when left out."""
    header_row: int = Field(default=1, ge=1, le=1000)
    encoding: Literal["utf-8", "cp932"] = "utf-8"
    """Of a CSV file."""
    achieved: int | None = Field(default=None, ge=0, le=1000)
    """How many rows the sheet says are met; the goal when left out. Checked where there is a status column."""


class Columns(Model):
    """Our field → the heading of its column."""

    number: Words
    category: Words
    title: Words
    class_: Words | None = Field(default=None, alias="class")
    title_en: Words | None = None
    tier3: Words | None = None
    tier3_en: Words | None = None
    status: Words | None = None


class Meanings(Model):
    """What the sheet's words mean; a word that is ours already needs no line."""

    category: dict[str, Category] = Field(default_factory=dict)
    class_: dict[str, Class] = Field(default_factory=dict, alias="class")
    status: dict[str, Literal["met", "unmet", "not_applicable", "unknown"]] = Field(default_factory=dict)


class Link(Model):
    """What shows a row: the evidence of an item of the working catalogue, or queries of its own."""

    id: Words
    same_as: Id | None = None
    evidence: tuple[Query, ...] = ()
    scope: Scope | None = None
    owner: Id | None = None


SHAPE = Shape({"catalogue": Head, "sheet": Where, "columns": Columns, "values": Meanings}, {"evidence": Link})


@dataclass(frozen=True)
class Mapping:
    head: Head
    where: Where
    columns: Columns
    meanings: Meanings = field(default_factory=Meanings)
    links: dict[str, Link] = field(default_factory=dict)
    """By the sheet's own number of the row."""


class MappingInvalid(Exception):
    """The mapping file cannot be used; `problems` holds every fault."""

    exit_code, code = 3, "mapping-invalid"
    hint = "mend the lines that the sentence names; docs/audit-catalogue.md describes them"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.text() for problem in self.problems))


def load(path: Path, data: bytes, working: dict[str, Item]) -> Mapping:
    """The mapping of a file. Raises MappingInvalid."""
    found = read([decode(str(path), data)], SHAPE)
    for name in ("catalogue", "columns"):
        if (name, "") not in found.declared and not found.problems:
            message, hint = f"there is no `{name}:` block", "begin with the example of docs/audit-catalogue.md"
            found.problems.append(Problem(str(path), 1, 1, "missing-block", message, f"{name}:", "none", hint))
    for link in found.values["evidence"].values():
        at = ("evidence", link.id)
        if (link.same_as is None) == (not link.evidence):
            told = ("one of same_as and evidence", "both or none", "keep one of the two")
            found.problem(at, (), "one-thing", f"evidence.{link.id} is not one thing", told)
        if link.same_as is not None and link.same_as not in working:
            hint = did_you_mean(link.same_as, sorted(working), "`mroom audit score --catalogue working` lists them")
            told = ("an item of the working catalogue", link.same_as, hint)
            found.problem(at, ("same_as",), "no-item", f"evidence.{link.id} is that of no item", told)
        for number, query in enumerate(link.evidence):
            if len(query.parts) != 1:
                told = ("exactly one kind", f"{len(query.parts)} of them", "make an entry of each")
                found.problem(at, ("evidence", number), "one-thing", "an evidence is not one thing", told)
            elif query.proof and query.proof.check not in proofs.checks():
                hint = did_you_mean(query.proof.check, proofs.checks(), f"there are {either(sorted(proofs.checks()))}")
                told = ("a check of audit/proofs", query.proof.check, hint)
                found.problem(at, ("evidence", number, "proof", "check"), "no-check", "there is no such check", told)
    if found.problems:
        raise MappingInvalid(found.problems)
    values = found.values
    return Mapping(
        head=values["catalogue"][""],
        where=values["sheet"].get("", Where()),
        columns=values["columns"][""],
        meanings=values["values"].get("", Meanings()),
        links=values["evidence"],
    )
