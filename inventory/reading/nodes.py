"""YAML as nodes that know where they stand. Built from libyaml's events, so that depth costs no stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from inventory.reading.scalars import value_of
from inventory.words import shown


@dataclass(slots=True)
class Scalar:
    line: int
    column: int
    text: str
    plain: bool
    """Written without quotes."""


@dataclass(slots=True)
class Mapping:
    line: int
    column: int
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    open: bool = True
    """Still True after reading when the file broke off inside."""
    broken: bool = False
    """An entry of it could not be kept (a key that is no text)."""


@dataclass(slots=True)
class Sequence:
    line: int
    column: int
    items: list[Node] = field(default_factory=list)
    open: bool = True


@dataclass(slots=True)
class Hole:
    """Something already reported stands here; whatever holds it is not judged further."""

    line: int
    column: int


Node: TypeAlias = Scalar | Mapping | Sequence | Hole
Path: TypeAlias = tuple[str | int, ...]


def holed(node: Node) -> bool:
    """True when something in this subtree was already reported, or broke off."""
    if isinstance(node, Scalar):
        return False
    if isinstance(node, Mapping):
        return node.open or node.broken or any(holed(value) for _, value in node.entries.values())
    if isinstance(node, Sequence):
        return node.open or any(holed(item) for item in node.items)
    return True


def step(node: Node, part: str | int) -> tuple[Scalar | None, Node] | None:
    """One step down, as (key where there is one, node); None where there is nothing."""
    if isinstance(node, Mapping) and str(part) in node.entries:
        return node.entries[str(part)]
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
        return None, node.items[part]
    return None


def reach(node: Node, path: Path) -> tuple[Path, Node]:
    """As far along `path` as there is something: the part of the path that exists, and the node there."""
    for number, part in enumerate(path):
        found = step(node, part)
        if found is None:
            return path[:number], node
        node = found[1]
    return path, node


def scalars(node: Node, path: Path = ()) -> list[tuple[Path, Scalar]]:
    """Every scalar below a node, with its path."""
    if isinstance(node, Scalar):
        return [(path, node)]
    if isinstance(node, Mapping):
        return [pair for name, (_, value) in node.entries.items() for pair in scalars(value, (*path, name))]
    if isinstance(node, Sequence):
        return [pair for index, item in enumerate(node.items) for pair in scalars(item, (*path, index))]
    return []


def plain(node: Node) -> Any:
    """A node as the Python value that YAML 1.2 gives it; a hole is None."""
    if isinstance(node, Scalar):
        return value_of(node.text, plain=node.plain)
    if isinstance(node, Mapping):
        return {name: plain(value) for name, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None


def describe(node: Node) -> str:
    """A value as a message names what was found."""
    if isinstance(node, Mapping):
        return f"a mapping with {', '.join(list(node.entries)[:4])}" if node.entries else "an empty mapping"
    if isinstance(node, Sequence):
        return f"a list of {len(node.items)}"
    if isinstance(node, Hole):
        return "something unreadable"
    value = plain(node)
    if value is None:
        return "nothing"
    kind = {bool: "the truth value", int: "the number", float: "the number", str: "the text"}[type(value)]
    return f"{kind} {shown(node.text) if isinstance(value, str) else node.text}"
