"""The proof of a site: what takes each system away, what can be taken out for planned work, what cannot start cold."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass

from inventory.graph import Graph
from inventory.model import Site, System

from . import mocus, scenarios
from .accept import COLD_START, SPOF, UNMAINTAINABLE, Exceptions

METHOD = "truncated MOCUS and bit-parallel scenarios on the greatest fixpoint; both gave the same sets"

COMPONENTS = frozenset({
    "utility", "generator", "ats", "ups", "pdu", "cooler", "carrier", "duct", "line", "cable", "device", "host",
    "monitor", "door-controller", "recorder", "console",
})  # fmt: skip
"""Kinds that somebody works on: components, and the elements of the paths between them. Places are not taken out for
planned work; sensors, doors and cameras hold nothing up."""


class ProofDisagrees(Exception):
    """The two methods found different cut sets, so at least one of them is wrong and neither is shown."""

    exit_code = 1
    code = "proof-disagrees"
    hint = "this is a fault of the program and not of the inventory: report it with the site's YAML"

    def __init__(self, system: str, only: Iterable[frozenset[str]]) -> None:
        named = ", ".join("{" + ", ".join(sorted(cut)) + "}" for cut in list(only)[:3])
        super().__init__(f"the two methods disagree about {system}: only one of them finds {named}")


@dataclass(frozen=True)
class Proven:
    """One system. `spof` are the cut sets of one element that nobody has accepted."""

    id: str
    neighbour: bool
    cut_sets: tuple[frozenset[str], ...]
    spof: tuple[str, ...]


@dataclass(frozen=True)
class Maintainable:
    """Whether an element can be taken out for planned work; `loses` are the systems that would not be served."""

    element: str
    loses: tuple[str, ...]


@dataclass(frozen=True)
class AcceptedFinding:
    code: str
    element: str
    reason: str
    by: str
    until: dt.date
    concerns: tuple[str, ...]
    """The systems that are lost, or the ring."""


@dataclass(frozen=True)
class Proof:
    order: int
    seconds: float
    systems: tuple[Proven, ...]
    maintainable: tuple[Maintainable, ...]
    cold_start: tuple[tuple[str, ...], ...]
    accepted: tuple[AcceptedFinding, ...]
    unused: tuple[tuple[str, str], ...]
    """Code and element of exceptions that excuse nothing any more."""

    @property
    def holds(self) -> bool:
        """No single point of failure and no unmaintainable element of one of the seven that nobody has accepted."""
        judged = {system.id for system in self.systems if not system.neighbour}
        spof = any(system.spof for system in self.systems if system.id in judged)
        return not spof and not any(judged.intersection(row.loses) for row in self.maintainable)


def prove(site: Site, graph: Graph, order: int = 2, today: dt.date | None = None) -> Proof:
    """Prove a site up to an order (the elements out at once). Raises `ProofDisagrees`.

    A stand-by counts as serving whichever way it takes over. What is accepted on `today` (the current day when left
    out) stands in `accepted` alone; the cut sets themselves are all there.
    """
    began = time.perf_counter()
    exceptions = Exceptions.of(site, today or dt.datetime.now().astimezone().date())
    accepted: list[AcceptedFinding] = []

    def is_accepted(code: str, element: str, concerns: Iterable[str]) -> bool:
        by = exceptions.get(code, element)
        if by:
            accepted.append(AcceptedFinding(code, element, by.reason, by.by, by.until, tuple(concerns)))
        return by is not None

    systems = []
    for system, cuts in both_methods(graph, site.systems.values(), order):
        single = sorted(name for cut in cuts if len(cut) == 1 for name in cut)
        spof = tuple(name for name in single if not is_accepted(SPOF, name, [system.id]))
        systems.append(Proven(system.id, system.neighbour, tuple(cuts), spof))
    rows = [
        row
        for row in maintainable(site, graph)
        if not (row.loses and is_accepted(UNMAINTAINABLE, row.element, row.loses))
    ]
    rings = [ring for ring in _rings(graph) if not any(is_accepted(COLD_START, id_, ring) for id_ in ring)]
    return Proof(
        order=order,
        seconds=time.perf_counter() - began,
        systems=tuple(systems),
        maintainable=tuple(rows),
        cold_start=tuple(rings),
        accepted=tuple(_merged(accepted)),
        unused=tuple(exceptions.unused((found.code, found.element) for found in accepted)),
    )


def both_methods(graph: Graph, systems: Iterable[System], order: int) -> list[tuple[System, list[frozenset[str]]]]:
    """Each system with its cut sets, found twice. Raises `ProofDisagrees`."""
    wanted = list(systems)
    second = scenarios.all_cut_sets(graph, [system.id for system in wanted], order)
    found = []
    for system in wanted:
        first = mocus.cut_sets(graph, system.id, order)
        if first != second[system.id]:
            raise ProofDisagrees(system.id, set(first) ^ set(second[system.id]))
        found.append((system, first))
    return found


def maintainable(site: Site, graph: Graph) -> list[Maintainable]:
    """Every component and path element alone, in the order of the graph (Uptime Tier III's question)."""
    served = [id_ for id_ in site.systems if id_ in graph.up()]
    found = []
    for id_, node in graph.elements.items():
        if node.kind in COMPONENTS:
            up = graph.up([id_])
            found.append(Maintainable(id_, tuple(system for system in served if system not in up)))
    return found


def _rings(graph: Graph) -> list[tuple[str, ...]]:
    """Rings by the names that people know: an instance by its system."""
    return [tuple(sorted({id_.split("@")[0] for id_ in ring})) for ring in graph.rings()]


def _merged(accepted: Iterable[AcceptedFinding]) -> list[AcceptedFinding]:
    """One row per code and element, however many systems it concerns."""
    found: dict[tuple[str, str], AcceptedFinding] = {}
    for one in accepted:
        key = (one.code, one.element)
        before = found[key].concerns if key in found else ()
        concerns = tuple(dict.fromkeys((*before, *one.concerns)))
        found[key] = AcceptedFinding(one.code, one.element, one.reason, one.by, one.until, concerns)
    return [found[key] for key in sorted(found)]
