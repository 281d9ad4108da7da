"""In which order devices are touched, and what the room hangs on while each is: computed from the graph, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from inventory.cabling import building_of
from inventory.graph import Graph
from inventory.model import DeviceRole, Site

AT_ONCE = 8
"""Devices in one step at most."""
SINGLES = ("line", "device", "host", "duct")
"""Kinds of elements that are named when a system has come to depend on one of them alone."""
DRAINED_SECONDS, PLAIN_SECONDS = 12.0, 2.0
"""Measured in the twin: a drained router is away for 5 to 13 s, other devices for 1 to 2 s."""


@dataclass(frozen=True)
class Step:
    """Devices that are touched together, and what is true while they are."""

    number: int
    devices: tuple[str, ...]
    drained: tuple[str, ...]
    seconds: float
    lost: tuple[str, ...]
    """Elements that are not up either while these devices are out."""
    depends: Mapping[str, tuple[str, ...]]
    """System -> elements on each of which it then depends alone, and did not before."""
    down: tuple[str, ...]
    """Systems that would not be served."""
    out: tuple[str, ...] = ()
    """What was broken before, and counts as out in every step: devices that do not answer, lines that are down."""

    @property
    def words(self) -> str:
        names = " and ".join(self.devices)
        are = "are" if len(self.devices) > 1 else "is"
        hang = [f"{system} depends on {_alone(singles)}" for system, singles in self.depends.items()]
        hang += [f"{system} is down" for system in self.down]
        held = "; ".join(hang) or "every system keeps its redundancy"
        broken = f" with {', '.join(self.out)} out already" if self.out else ""
        return f"while {names} {are} changed{broken}, {held}, about {self.seconds:g} s"

    def document(self) -> dict[str, Any]:
        return {
            "step": self.number,
            "while": self.words,
            "devices": list(self.devices),
            "drained": list(self.drained),
            "lost": list(self.lost),
            "systems": [{"id": system, "depends_on": list(singles)} for system, singles in self.depends.items()],
            "seconds": self.seconds,
        }


def _alone(singles: Sequence[str]) -> str:
    return f"{singles[0]} alone" if len(singles) == 1 else f"each of {', '.join(singles)} alone"


def steps(
    site: Site, graph: Graph, devices: Sequence[str], drained: Sequence[str], out: Sequence[str] = ()
) -> tuple[Step, ...]:
    """Steps for the devices, in their order; those in `drained` are drained before they are touched.

    `out` is what is broken already: what leans on its other half must not lose that one too.
    """
    apart = _Apart(site, graph, out)
    groups: list[list[str]] = []
    for device in devices:
        for group in groups:
            if len(group) < AT_ONCE and apart.may_join(group, device):
                group.append(device)
                break
        else:
            groups.append([device])
    look = _Look(site, graph, out)
    return tuple(look.at(number, group, drained) for number, group in enumerate(groups, start=1))


class _Apart:
    """Which devices must not be touched together: the two of a pair, and what together takes a system away."""

    def __init__(self, site: Site, graph: Graph, out: Sequence[str]) -> None:
        self._site, self._graph, self._out = site, graph, tuple(out)
        self._systems = [system for system in site.systems if system in graph.elements]
        self._pairs = {frozenset(lan.gateway.routers) for lan in site.lans.values() if lan.gateway}
        edges = [device.id for device in site.devices.values() if device.role is DeviceRole.edge]
        self._pairs |= {frozenset(pair) for pair in combinations(edges, 2)}
        for line in site.lines.values():
            self._pairs |= _across(site, line.id, line.pair)

    def may_join(self, group: Sequence[str], device: str) -> bool:
        if any(frozenset((device, other)) in self._pairs for other in group):
            return False
        # One building at a time: what a system keeps in the other one is whole meanwhile.
        if building_of(self._site, device) != building_of(self._site, group[0]):
            return False
        whole = self._graph.up(self._out)
        left = self._graph.up([*self._out, *group, device])
        return all(system in left for system in self._systems if system in whole)


def _across(site: Site, one: str, other: str | None) -> set[frozenset[str]]:
    """Every end of a line with every end of its pair: no two of them are out together."""
    if other is None or other not in site.lines:
        return set()
    return {frozenset((a.device, b.device)) for a in site.lines[one].ends for b in site.lines[other].ends}


class _Look:
    """What is lost while a group is out, beside what is lost anyway."""

    def __init__(self, site: Site, graph: Graph, out: Sequence[str]) -> None:
        self._graph, self._out, self._before = graph, tuple(out), graph.up(out)
        self._systems = [system for system in site.systems if system in self._before]
        self._candidates = [id_ for id_, node in graph.elements.items() if node.kind in SINGLES and id_ in self._before]
        self._lost_with = {id_: self._lost([id_]) for id_ in self._candidates}

    def _lost(self, out: Sequence[str]) -> frozenset[str]:
        """Systems that are not up with these out."""
        up = self._graph.up([*self._out, *out])
        return frozenset(system for system in self._systems if system not in up)

    def at(self, number: int, group: Sequence[str], drained: Sequence[str]) -> Step:
        while_out = self._graph.up([*self._out, *group])
        down = self._lost(group)
        depends: dict[str, list[str]] = {}
        for id_ in self._candidates:
            if id_ in while_out:
                for system in self._lost([*group, id_]) - self._lost_with[id_] - down:
                    depends.setdefault(system, []).append(id_)
        return Step(
            number=number,
            devices=tuple(group),
            drained=tuple(device for device in group if device in drained),
            seconds=DRAINED_SECONDS if set(group) & set(drained) else PLAIN_SECONDS,
            lost=tuple(
                id_ for id_ in self._graph.elements if id_ in self._before and id_ not in while_out and id_ not in group
            ),
            depends={system: tuple(depends[system]) for system in self._systems if system in depends},
            down=tuple(system for system in self._systems if system in down),
            out=self._out,
        )
