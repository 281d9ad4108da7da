"""The dependency graph: what stays up when something is out, what starts from cold, what depends on what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from inventory.words import did_you_mean

from . import start, walk
from .fixpoint import Gates
from .need import Need, Path, met, names, parts, plain
from .parse import GraphError, parse


@dataclass(frozen=True)
class Node:
    """One element; up only while every one of its needs is met."""

    id: str
    kind: str = "element"
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """Elements, and the undirected links that walks go over. A graph equals itself alone."""

    elements: Mapping[str, Node]
    links: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[Node], links: Iterable[tuple[str, str]] = ()) -> Graph:
        """A graph of nodes; raises `GraphError` for an id that occurs twice and for names that are no element."""
        elements: dict[str, Node] = {}
        problems = []
        for node in nodes:
            if node.id in elements:
                problems.append(f"{node.id}: is both a {elements[node.id].kind} and a {node.kind}")
            elements[node.id] = node
        ordered = tuple(links)
        for node in elements.values():
            unknown = dict.fromkeys(name for need in node.needs for name in names(need) if name not in elements)
            problems += [f"{node.id}: needs {name!r}, which is no element" for name in unknown]
        problems += [
            f"link {a} - {b}: {name!r} is no element" for a, b in ordered for name in (a, b) if name not in elements
        ]
        if problems:
            raise GraphError(problems)
        return cls(MappingProxyType(elements), ordered)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Graph:
        """A graph from the notation of `parse`; raises `GraphError` with all that is wrong with it."""
        elements, links = parse(data)
        return cls.of((Node(id_, kind, needs) for id_, (kind, needs) in elements.items()), links)

    def to_dict(self) -> dict[str, Any]:
        """The notation that `from_dict` reads."""
        elements = {
            id_: {"kind": node.kind, "needs": [plain(need) for need in node.needs]}
            for id_, node in self.elements.items()
        }
        return {"elements": elements, "links": [list(link) for link in self.links]}

    @cached_property
    def neighbours(self) -> Mapping[str, tuple[str, ...]]:
        """Linked elements → those that they are linked to."""
        near: dict[str, dict[str, None]] = {}
        for a, b in self.links:
            near.setdefault(a, {})[b] = None
            near.setdefault(b, {})[a] = None
        return {id_: tuple(others) for id_, others in near.items()}

    @cached_property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        return {id_: node.needs for id_, node in self.elements.items()}

    @cached_property
    def _gates(self) -> Gates:
        return Gates(self.needs, self.neighbours)

    @cached_property
    def _reads(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _between(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    @cached_property
    def _dependents(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {id_: [] for id_ in self.elements}
        for id_ in self.elements:
            for read in self.reads(id_):
                found[read].append(id_)
        return {id_: tuple(dependents) for id_, dependents in found.items()}

    def known(self, ids: Iterable[str]) -> list[str]:
        """The ids themselves; raises `UnknownElement` for those that are no element."""
        wanted = list(ids)
        unknown = [id_ for id_ in wanted if id_ not in self.elements]
        if unknown:
            raise UnknownElement(unknown, self.elements)
        return wanted

    def up(self, out: Collection[str] = ()) -> frozenset[str]:
        """The greatest set in which nothing is out and every need is met inside the set."""
        number = self._gates.number
        alive = self._gates.up([number[id_] for id_ in self.known(out)])
        return frozenset(id_ for id_, is_up in zip(self.elements, alive, strict=True) if is_up)

    def is_met(self, need: Need, up: Collection[str]) -> bool:
        """Whether a need is met inside `up`."""
        return met(need, up, start.joined_in(self.neighbours, up))

    def can_start(self, out: Collection[str] = ()) -> frozenset[str]:
        """The least set: what comes up from cold, while `out` stays away."""
        return frozenset(id_ for layer in self.start_order(out) for id_ in layer)

    def start_order(self, out: Collection[str] = (), after: start.After | None = None) -> list[list[str]]:
        """Elements that may start together, round by round; `after` says what else an element should wait for."""
        return start.rounds(self.needs, self.neighbours, frozenset(self.known(out)), after or {})

    def rings(self) -> list[list[str]]:
        """Groups of elements that hold each other up but can never start from cold."""
        return start.rings(self.needs, self.neighbours, self.up(), self.can_start(), self.between)

    def between(self, a: str, b: str) -> frozenset[str]:
        """The elements that a walk between two can need: those of all its simple paths."""
        if (a, b) not in self._between:
            self._between[a, b] = self._between[b, a] = walk.between(self.neighbours, a, b)
        return self._between[a, b]

    def reads(self, id_: str) -> tuple[str, ...]:
        """What an element's own needs look at, the elements on its walks included, in the graph's order."""
        if id_ not in self._reads:
            found: set[str] = set()
            for need in self.elements[id_].needs:
                for part in parts(need):
                    found |= self.between(part.start, part.end) if isinstance(part, Path) else {part}
            self._reads[id_] = tuple(sorted(found, key=self._gates.number.__getitem__))
        return self._reads[id_]

    def dependents(self, id_: str) -> tuple[str, ...]:
        """The elements whose own needs look at this one, in the graph's order."""
        return self._dependents[self.known([id_])[0]]

    def closure(self, ids: Iterable[str]) -> frozenset[str]:
        """All that can matter to the given elements, themselves included."""
        found = set(self.known(ids))
        stack = list(found)
        while stack:
            fresh = [read for read in self.reads(stack.pop()) if read not in found]
            found.update(fresh)
            stack += fresh
        return frozenset(found)


class UnknownElement(LookupError):
    """A question about something that is no element of the graph."""

    exit_code = 2
    code = "element"

    def __init__(self, unknown: Sequence[str], known: Collection[str]) -> None:
        super().__init__(f"no element {', '.join(unknown)}")
        self.unknown = tuple(unknown)
        self.hint = "; ".join(
            f"{id_}: {did_you_mean(id_, known, '`mroom show` lists what there is')}" for id_ in unknown
        )
