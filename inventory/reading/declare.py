"""Documents → declarations: which elements the files declare, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from inventory.kinds import collections
from inventory.problem import Problem
from inventory.reading.compose import Document
from inventory.reading.nodes import Hole, Mapping, Node, Path, Scalar, Sequence, describe, step
from inventory.reading.syntax import full_width
from inventory.words import did_you_mean, either

_KEYS = re.compile(r"(?:^|[{,\s])([a-z][a-z0-9-]*)\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Declared:
    """One element (or the `site:` block) as it stands in a file."""

    file: str
    key: Scalar
    node: Mapping

    def at(self, path: Path = ()) -> tuple[int, int]:
        """Line and column of the value at `path`; of the deepest part that is there, else of the element's key.

        `[key]` as the last part means the key instead of its value.
        """
        here = (self.key.line, self.key.column)
        node: Node = self.node
        key: Scalar | None = self.key
        for part in path:
            if part == "[key]":
                return (key.line, key.column) if key else here
            found = step(node, part)
            if found is None:
                break
            key, node = found
            # a container begins on the line after its key, where nobody looks for it
            anchor = key if key is not None and isinstance(node, (Mapping, Sequence)) else node
            here = (anchor.line, anchor.column)
        return here


@dataclass
class Declarations:
    site: Declared | None = None
    elements: dict[str, dict[str, Declared]] = field(default_factory=lambda: {name: {} for name in collections()})
    problems: list[Problem] = field(default_factory=list)
    maybe: frozenset[str] = frozenset()
    """Ids that stand in files which could not be read to their end: a reference to one of them may well be right."""
    complete: bool = True


def declare(documents: Iterable[Document]) -> Declarations:
    """Gather what all files declare. Raises nothing."""
    found = Declarations()
    maybe: set[str] = set()
    for document in documents:
        found.problems += document.problems
        if not document.complete:
            found.complete = False
            maybe.update(_KEYS.findall(document.source.text))
        if isinstance(document.root, Mapping):
            _root(found, document.source.file, document.root)
        elif document.root is not None and not isinstance(document.root, Hole):
            found.problems.append(
                _not_a_mapping(document.source.file, document.root, "the file", "collections by name")
            )
    found.maybe = frozenset(maybe)
    return found


def _not_a_mapping(file: str, node: Node, what: str, wanted: str) -> Problem:
    wide = full_width([node.text]) if isinstance(node, Scalar) else None
    hint = wide[1] if wide else "write `key: value` lines below it, or delete it"
    return Problem(
        file,
        node.line,
        node.column,
        "wrong-type",
        f"{what} is not a mapping",
        f"a mapping of {wanted}",
        describe(node),
        hint,
    )


def _root(found: Declarations, file: str, root: Mapping) -> None:
    for name, (key, value) in root.entries.items():
        if name == "site":
            _settings(found, file, key, value)
        elif name in found.elements:
            _collection(found, file, name, value)
        else:
            known, wide = ["site", *collections()], full_width([name])
            found.problems.append(
                Problem(
                    file,
                    key.line,
                    key.column,
                    "unknown-collection",
                    f"{name!r} is not a collection",
                    f"site, or a collection such as {either(list(collections())[:6])}",
                    repr(name),
                    wide[1] if wide else did_you_mean(name, known, "`mroom schema site` lists every collection"),
                )
            )


def _settings(found: Declarations, file: str, key: Scalar, value: Node) -> None:
    if found.site:
        found.problems.append(_twice(file, key, "site", found.site))
    elif isinstance(value, Mapping):
        found.site = Declared(file, key, value)
    else:
        found.complete = False
        if not isinstance(value, Hole):
            found.problems.append(_not_a_mapping(file, value, "site", "settings"))


def _twice(file: str, key: Scalar, what: str, first: Declared) -> Problem:
    where = f"line {first.key.line}" if file == first.file else f"{first.file}:{first.key.line}"
    return Problem(
        file,
        key.line,
        key.column,
        "duplicate-key",
        f"{what} is declared twice",
        "each object once",
        f"the same in {where}",
        "rename or delete one of the two",
    )


def _collection(found: Declarations, file: str, name: str, value: Node) -> None:
    if not isinstance(value, Mapping):
        if not isinstance(value, Hole) and not getattr(value, "open", False):
            found.problems.append(_not_a_mapping(file, value, name, "objects by id"))
        found.complete = False
        return
    if value.broken:
        found.complete = False
    for id_, (id_key, node) in value.entries.items():
        first = found.elements[name].get(id_)
        if first:
            found.problems.append(_twice(file, id_key, f"{name}.{id_}", first))
        elif isinstance(node, Mapping):
            found.elements[name][id_] = Declared(file, id_key, node)
        else:
            found.maybe |= {id_}
            if not isinstance(node, Hole):
                found.problems.append(_not_a_mapping(file, node, f"{name}.{id_}", "fields"))
