"""What follows when elements are out: what is lost, how each system fares, why, and what brings it back.

Three states. `safe`: nothing that the system may rely on is lost. `degraded`: something is, but people are served: by
the same host as before, or by another one that takes over by itself. `down`: nobody is served until something acts:
`manual` when a stand-by only waits for the decision to promote it, `repair` when nothing is left that could serve.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from inventory.model import Failover, Site

from . import service, start
from .graph import Graph
from .need import met, parts
from .reach import Reach


class State(StrEnum):
    safe = "safe"
    degraded = "degraded"
    down = "down"


class BackBy(StrEnum):
    automatic = "automatic"
    """Nobody needs to act: it is served, or a stand-by takes over by itself."""
    manual = "manual"
    """A person promotes the stand-by."""
    repair = "repair"
    """Something that is out must come back first."""


@dataclass(frozen=True)
class Effect:
    """How one system fares. `why` leads from an element that is out to the system; empty when it is safe."""

    system: str
    neighbour: bool
    state: State
    back_by: BackBy
    why: tuple[str, ...]


@dataclass(frozen=True)
class Impact:
    """`lost` is what goes down with `out`, the elements of `out` left out of it."""

    out: tuple[str, ...]
    lost: tuple[str, ...]
    effects: tuple[Effect, ...]


def impact(site: Site, graph: Graph, out: Iterable[str]) -> Impact:
    """The impact of taking elements out; raises `UnknownElement`.

    A system that is out takes its instances with it: nobody is served from any of them.
    """
    given = tuple(dict.fromkeys(graph.known(out)))
    taken = _instances(site, (id_ for id_ in given if id_ in site.systems))
    before, after = graph.up(), graph.up({*given, *taken})
    waiting = _waiting(site, graph, before, after)
    served = graph.up({*given, *taken, *waiting, *_instances(site, waiting)})
    lost = tuple(id_ for id_ in graph.elements if id_ in before and id_ not in after and id_ not in given)
    effects = []
    for system in site.systems.values():
        state, back_by = _state(graph, system.id, before - after, after, served)
        why = () if state is State.safe else _why(graph, system.id, given, before - after, taken)
        effects.append(Effect(system.id, system.neighbour, state, back_by, why))
    return Impact(given, lost, tuple(effects))


def _instances(site: Site, systems: Iterable[str]) -> dict[str, str]:
    """Instance → its system."""
    return {
        service.instance(site.systems[id_], building): id_
        for id_ in systems
        for building in service.members(site, site.systems[id_])
    }


def _waiting(site: Site, graph: Graph, before: Collection[str], after: Collection[str]) -> set[str]:
    """Systems whose serving host was lost and whose stand-by waits for a person."""
    reach = Reach(site)
    joined = [(up, start.joined_in(graph.neighbours, up)) for up in (before, after)]
    found = set()
    for system in site.systems.values():
        if system.failover is Failover.manual and system.id in after:
            for by_host in service.serving(site, reach, system).values():
                serving = [
                    next((host for host, need in by_host.items() if met(need, up, on)), None) for up, on in joined
                ]
                if serving[0] != serving[1]:
                    found.add(system.id)
    return found


def _state(
    graph: Graph, system: str, lost: Collection[str], after: Collection[str], served: Collection[str]
) -> tuple[State, BackBy]:
    if system not in after:
        return State.down, BackBy.repair
    if system not in served:
        return State.down, BackBy.manual
    state = State.degraded if graph.closure([system]).intersection(lost) else State.safe
    return state, BackBy.automatic


_STILL_UP, _ON_A_WALK = 100, 10
"""What a step costs beyond 1: over something that is itself still up, and over a walk instead of a name. So the way
leads over what was lost as far as it can, and over the instance that died rather than the terminal beside it."""


def _why(
    graph: Graph, system: str, out: Collection[str], lost: Collection[str], taken: Mapping[str, str]
) -> tuple[str, ...]:
    """The cheapest way from something that is out to the system, against the direction of the needs."""
    tick = count()
    heap: list[tuple[int, int, tuple[str, ...]]] = [(0, next(tick), (system,))]
    done: set[str] = set()
    while heap:
        cost, _, way = heapq.heappop(heap)
        if way[0] in out:
            return way
        if way[0] not in done:
            done.add(way[0])
            for read, extra in _steps(graph, way[0], taken):
                step = 1 + extra + (0 if read in lost else _STILL_UP)
                heapq.heappush(heap, (cost + step, next(tick), (read, *way)))
    return ()


def _steps(graph: Graph, id_: str, taken: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    if id_ in taken:
        yield taken[id_], 0
    named = {part for need in graph.elements[id_].needs for part in parts(need) if isinstance(part, str)}
    for read in graph.reads(id_):
        yield read, 0 if read in named else _ON_A_WALK
