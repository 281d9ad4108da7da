"""YAML of ours beside the inventory: named blocks and collections by id, every fault with file, line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from inventory.problem import Problem
from inventory.reading.compose import Document, compose
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.nodes import Hole, Node, Path, Scalar, describe
from inventory.reading.nodes import Mapping as Block
from inventory.reading.typed import validate
from inventory.words import did_you_mean, either


@dataclass(frozen=True)
class Shape:
    """What may stand at the top of the files: blocks (once each) and collections (objects by id)."""

    blocks: Mapping[str, type[BaseModel]]
    collections: Mapping[str, type[BaseModel]]

    @property
    def names(self) -> list[str]:
        return [*self.blocks, *self.collections]


@dataclass
class Read:
    """What the files hold. Where there are problems, values may be missing."""

    values: dict[str, dict[str, Any]]
    """Collection → id → object; a block stands under its name and the id ""."""
    declared: dict[tuple[str, str], Declared] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, at: tuple[str, str], path: Path, code: str, message: str, told: tuple[str, str, str]) -> None:
        """Add a problem at a path of an object; `told`: expected, found, what to do next."""
        declared = self.declared[at]
        line, column = declared.at(path)
        self.problems.append(Problem(declared.file, line, column, code, message, *told))


def read(sources: list[Source], shape: Shape) -> Read:
    """Everything that the files hold, and everything that is wrong with them. Raises nothing."""
    found = Read({name: {} for name in shape.names})
    for source in sources:
        _document(found, shape, compose(source))
    for (name, id_), declared in found.declared.items():
        block = name in shape.blocks
        model = shape.blocks[name] if block else shape.collections[name]
        typed = validate(model, name if block else f"{name}.{id_}", declared, None if block else id_)
        found.problems += typed.problems
        if typed.value is not None and not typed.problems:
            found.values[name][id_] = typed.value
    return found


def digest(sources: list[Source]) -> str:
    """SHA-256 over the files' names and contents, in order."""
    whole = hashlib.sha256()
    for source in sources:
        whole.update(f"{source.file.rpartition('/')[2]}\0{len(source.text)}\0{source.text}".encode())
    return whole.hexdigest()


def _document(found: Read, shape: Shape, document: Document) -> None:
    found.problems += document.problems
    file = document.source.file
    if not isinstance(document.root, Block):
        if document.complete and document.root is not None and not isinstance(document.root, Hole):
            found.problems.append(_wrong_type(file, document.root, "the file", f"a mapping of {either(shape.names)}"))
        return
    for name, (key, node) in document.root.entries.items():
        if name in shape.blocks:
            _declare(found, file, (name, ""), key, node)
        elif name not in shape.collections:
            hint = did_you_mean(name, shape.names, f"there are {either(shape.names)}")
            expected, said = either(shape.names), repr(name)
            found.problems.append(
                Problem(file, key.line, key.column, "unknown-collection", f"{said} is nothing that stands here",
                        expected, said, hint)
            )  # fmt: skip
        elif not isinstance(node, Block):
            if not isinstance(node, Hole):
                found.problems.append(_wrong_type(file, node, name, "objects by id"))
        else:
            for id_, (id_key, inner) in node.entries.items():
                _declare(found, file, (name, id_), id_key, inner)


def _declare(found: Read, file: str, at: tuple[str, str], key: Scalar, node: Node) -> None:
    what = ".".join(part for part in at if part)
    first = found.declared.get(at)
    if first:
        message, said = f"{what} is declared twice", f"the same in {first.file}:{first.key.line}"
        hint = "rename or delete one of the two"
        found.problems.append(
            Problem(file, key.line, key.column, "duplicate-key", message, "each object once", said, hint)
        )
    elif isinstance(node, Block):
        found.declared[at] = Declared(file, key, node)
    elif not isinstance(node, Hole):
        found.problems.append(_wrong_type(file, node, what, "fields"))


def _wrong_type(file: str, node: Node, what: str, expected: str) -> Problem:
    hint = "write `key: value` lines below it, or delete it"
    return Problem(
        file, node.line, node.column, "wrong-type", f"{what} is not a mapping", expected, describe(node), hint
    )
