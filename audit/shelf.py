"""The catalogues that there are: the working one in audit/catalogue, and an imported one in the state folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from audit import proofs
from audit.item import Category, Head, Item, Source
from audit.reading import Read, Shape, digest, read
from inventory.problem import Problem
from inventory.reading.files import Source as File
from inventory.reading.files import read_folder
from inventory.reading.shelf import FilesInvalid
from inventory.words import did_you_mean, either

WORKING = Path(__file__).with_name("catalogue")
HIDING = {"syntax", "wrong-type", "no-folder", "no-yaml", "unreadable", "too-big", "empty-file", "encoding", "binary"}
"""Problems behind which the `catalogue:` block may well be."""
SHAPE = Shape({"catalogue": Head}, {"sources": Source, "items": Item})


def imported(state: Path) -> Path:
    """Where `mroom audit import` keeps the city's own sheet."""
    return state / "audit" / "catalogue"


@dataclass(frozen=True)
class Catalogue:
    head: Head
    sources: Mapping[str, Source]
    items: Mapping[str, Item]
    sha256: str
    """Of the files' names and contents."""


class CatalogueInvalid(FilesInvalid):
    """A catalogue cannot be used; `problems` holds every fault of every file."""

    code = "catalogue-invalid"
    hint = "mend the lines that the sentence names; docs/audit-catalogue.md describes them"


def load(folder: Path = WORKING) -> Catalogue:
    """The catalogue of a folder. Raises CatalogueInvalid."""
    catalogue, problems = check(read_folder(folder))
    if catalogue is None:
        raise CatalogueInvalid(problems)
    return catalogue


def in_force(state: Path) -> Catalogue:
    """The imported catalogue where there is one, else the working one. Raises CatalogueInvalid."""
    own = imported(state)
    return load(own if own.is_dir() else WORKING)


def check(files: list[File]) -> tuple[Catalogue | None, list[Problem]]:
    """The catalogue of files in memory, None where anything is wrong with it. Raises nothing."""
    found = read(files, SHAPE)
    _references(found)
    _total(found, files[0].file)
    if found.problems:
        return None, sorted(found.problems)
    values, order = found.values, list(Category)
    items = sorted(values["items"].values(), key=lambda item: order.index(item.category))  # within one: as written
    return Catalogue(values["catalogue"][""], values["sources"], {item.id: item for item in items}, digest(files)), []


def _references(found: Read) -> None:
    sources = {id_ for name, id_ in found.declared if name == "sources"}
    for item in found.values["items"].values():
        at = ("items", item.id)
        for number, cited in enumerate(item.sources):
            if cited not in sources:
                _unknown(found, at, ("sources", number), "no-source", (cited, "a key of `sources`"), sources)
        for number, query in enumerate(item.evidence):
            if len(query.parts) != 1:
                kinds = list(type(query).model_fields)
                told = (f"exactly one of {either(kinds)}", f"{len(query.parts)} of them", "make an entry of each")
                found.problem(at, ("evidence", number), "one-thing", "an evidence is not one thing", told)
            elif query.proof and query.proof.check not in proofs.checks():
                path = ("evidence", number, "proof", "check")
                _unknown(found, at, path, "no-check", (query.proof.check, "a check of audit/proofs"), proofs.checks())


def _unknown(
    found: Read,
    at: tuple[str, str],
    path: tuple[str | int, ...],
    code: str,
    told: tuple[str, str],
    known: Collection[str],
) -> None:
    wanted, expected = told
    hint = did_you_mean(wanted, sorted(known), f"there are {either(sorted(known))}")
    found.problem(at, path, code, f"{at[0]}.{at[1]} names {wanted!r}, which is not there", (expected, wanted, hint))


def _total(found: Read, first: str) -> None:
    head = found.values["catalogue"].get("")
    count = sum(name == "items" for name, _ in found.declared)
    if head is None:
        seen = ("catalogue", "") in found.declared or any(problem.code in HIDING for problem in found.problems)
        if not seen:
            hint = "add it, for instance in catalogue.yaml"
            message, expected = "no file holds the `catalogue:` block", "id, title, standard, version, declared, goal"
            found.problems.append(Problem(first, 1, 1, "missing-catalogue", message, expected, "none", hint))
    elif head.declared != count:
        told = (f"{head.declared} items", f"{count} items", "correct `declared`, or add or delete items")
        found.problem(("catalogue", ""), ("declared",), "wrong-total", "the number of items is not as declared", told)
    elif head.goal > head.declared:
        told = (f"at most {head.declared}", str(head.goal), "correct `goal` or `declared`")
        found.problem(("catalogue", ""), ("goal",), "wrong-goal", "the goal is above the number of items", told)
