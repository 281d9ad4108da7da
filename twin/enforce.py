"""Make the twin as damaged as it should be: worse first and at once, then better. Every step may be done twice."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twin import power, procs, state
from twin.damage import Damage
from twin.filter import Filters
from twin.ports import Ports
from twin.topology import Plug, Topology
from twin.wait import until

_LINK_SECONDS = 5.0
"""The kernel tells of a new carrier at most once a second."""
_PRIORITY = 40
"""SCHED_FIFO priority while links go down: above bfdd (30), below the probes."""


class Enforcer:
    """Takes a twin from one damage to another. `spared`: interfaces that were down before any fault, and stay so."""

    def __init__(self, where: Path, topology: Topology, known: state.State, log: Callable[[str], None]) -> None:
        self._where, self._topology, self._log = where, topology, log
        self._netns = Path(f"/proc/{known.world.pid}/root/run/netns")

    def already_down(self, before: Damage, after: Damage) -> list[Plug]:
        """Interfaces that somebody had set down before we do."""
        with Ports(self._netns) as ports:
            fresh = after.down(self._topology) - before.down(self._topology)
            return [plug for plug in sorted(fresh, key=str) if not ports.is_set_up(plug)]

    def apply(
        self,
        known: state.State,
        before: Damage,
        after: Damage,
        *,
        spared: frozenset[Plug] = frozenset(),
        ready: Callable[[], None] = lambda: None,
        revive: bool = False,
    ) -> tuple[state.State, dt.datetime]:
        """Give the new state and the moment at which it began. `ready` runs last before anything is touched; `revive`
        boots nodes that died by themselves, too."""
        down, was_down = after.down(self._topology), before.down(self._topology)
        with Ports(self._netns) as ports:
            ports.open({plug.node for plug in down ^ was_down})
            ready()
            began = dt.datetime.now(dt.UTC)
            with _at_once():
                # One end takes the carrier of both: a node without power is dark before its neighbours' turn comes.
                for plug in sorted(down, key=lambda plug: (plug.node not in after.off, str(plug))):
                    ports.set_up(plug, up=False)
            known = power.off(known, after.off)
            self._filter(before, after)
            self._freeze(known, before, after)
            known = power.on(self._where, known, self._held(known, before, after, revive=revive), self._log)
            back = was_down - down - spared
            for plug in back:
                ports.set_up(plug, up=True)
            until(
                lambda: [plug.interface for plug in self._whole(ports, back) if not ports.carries(plug)], _LINK_SECONDS
            )
            self._freeze(known, before, after)
        return known, began

    def _whole(self, ports: Ports, plugs: Iterable[Plug]) -> list[Plug]:
        """Those whose other end is set up too: they will carry."""
        ends = {plug: wire.ends for wire in self._topology.wires for plug in wire.ends}
        return [plug for plug in plugs if all(ports.is_set_up(end) for end in ends[plug])]

    def _filter(self, before: Damage, after: Damage) -> None:
        changed = {
            link
            for one, other in (
                (before.silent, after.silent),
                (frozenset(before.loss), frozenset(after.loss)),
                (frozenset(before.rate), frozenset(after.rate)),
            )
            for link in _names(one ^ other)
        }
        nodes = {plug.node for wire in self._topology.wires if wire.name in changed for plug in wire.ends}
        Filters(self._netns, self._topology).apply(after, sorted(nodes))

    def _freeze(self, known: state.State, before: Damage, after: Damage) -> None:
        for name, process in known.nodes.items():
            if name in after.frozen:
                procs.stop(process.pid)
            elif name in before.frozen:
                procs.go_on(process.pid)

    def _held(self, known: state.State, before: Damage, after: Damage, *, revive: bool) -> dict[str, tuple[str, ...]]:
        down = after.down(self._topology)
        names = before.off - after.off
        if revive:
            alive = {name for name, process in known.nodes.items() if process.alive()}
            names = frozenset(node.name for node in self._topology.nodes) - alive - after.off
        return {name: tuple(plug.interface for plug in down if plug.node == name) for name in sorted(names)}


@contextmanager
def _at_once() -> Iterator[None]:
    """What breaks at one moment must not be spread out by a busy machine."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    except PermissionError:  # a container may forbid it; the break takes a little longer then
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def _names(changed: frozenset[object]) -> set[str]:
    return {item[0] if isinstance(item, tuple) else str(item) for item in changed}
