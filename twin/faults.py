"""Break and mend. A fault is written down before it is made, so whatever happens to the runner it can be mended."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inventory import graph as graphs
from inventory.model import Site
from twin import daemons, state
from twin.damage import damage
from twin.enforce import Enforcer
from twin.facility import ask as facility
from twin.failure import USAGE, TwinFailure
from twin.state import Fault, State
from twin.topology import Plug, Topology

LINK_KINDS = ("cut", "silent", "loss", "rate")
NODE_KINDS = ("power", "freeze", "kill")
KINDS = (*LINK_KINDS, *NODE_KINDS)
_NOT_THINGS = ("system", "instance", "exchange")
"""Kinds of graph elements that are what things do, not things."""
_DEFAULTS: dict[str, dict[str, Any]] = {"loss": {"ratio": 0.05}, "rate": {"bits_per_second": 10e6}}


@dataclass(frozen=True)
class Breaker:
    """Breaks and mends one twin."""

    site: Site
    where: Path
    topology: Topology
    graph: graphs.Graph
    log: Callable[[str], None]

    def kinds(self, element: str) -> tuple[str, ...]:
        """How an element can be broken, the default first. Raises TwinFailure when there is none such."""
        node = self.graph.elements.get(element)
        if node is None:
            close = difflib.get_close_matches(element, list(self.graph.elements))
            raise TwinFailure(
                f"no element {element!r}",
                hint=f"did you mean {' or '.join(close)}?" if close else "`mroom show` lists what there is",
                code="element",
                exit_code=USAGE,
            )
        if node.kind in ("line", "cable", "duct"):
            return LINK_KINDS
        if self.topology.node(element):
            return NODE_KINDS
        if node.kind in _NOT_THINGS:
            raise TwinFailure(
                f"{element} is no thing that can be broken, it is what things do ({node.kind})",
                hint=f"break what it stands on: {', '.join(self.graph.reads(element)[:6])} …",
                code="element",
                exit_code=USAGE,
            )
        return ("power",)

    def fault(self, element: str, kind: str | None, params: dict[str, Any], number: int) -> Fault:
        """A fault as it was asked for; raises TwinFailure when the element has no such kind or parameters make none."""
        kinds = self.kinds(element)
        if kind is not None and kind not in kinds:
            raise TwinFailure(
                f"{element} ({self.graph.elements[element].kind}) cannot be broken by {kind!r}",
                hint=f"its kinds are {', '.join(kinds)}",
                code="kind",
                exit_code=USAGE,
            )
        kind = kind or kinds[0]
        wanted = {**_DEFAULTS.get(kind, {}), **{name: value for name, value in params.items() if value is not None}}
        _check(kind, wanted)
        if kind == "kill":
            wanted.setdefault("daemon", daemons.main_of(self.topology, element))
        return Fault(f"f{number}", element, kind, _now(), wanted, {})

    def break_(self, known: State, fault: Fault) -> tuple[State, Fault]:
        """Make a fault. The same fault again is the same fault; other parameters replace those of the first."""
        same = next((f for f in known.faults if (f.element, f.kind) == (fault.element, fault.kind)), None)
        if same:
            fault = replace(fault, id=same.id, undo=same.undo)
        others = tuple(f for f in known.faults if f is not same)
        before, after = (damage(self.graph, self.topology, faults) for faults in (known.faults, (*others, fault)))
        enforcer = Enforcer(self.where, self.topology, known, self.log)
        if not same:
            spared = [[plug.node, plug.interface] for plug in enforcer.already_down(before, after)]
            fault = replace(fault, undo={"was_down": spared})
        written = replace(known, faults=(*others, fault), faults_made=known.faults_made + 1)
        try:
            written, began = enforcer.apply(written, before, after, ready=lambda: state.save(self.where, written))
            if fault.kind == "kill":
                began = daemons.kill(written, fault.element, fault.params["daemon"])
        except BaseException:
            back, _ = enforcer.apply(written, after, before)
            state.save(self.where, replace(back, faults=known.faults))
            raise
        since = began.isoformat(timespec="microseconds")
        if same and same.params == fault.params and fault.kind != "kill":
            since = same.since  # made again, in case its runner died before it was; but it began when it began
        fault = replace(fault, since=since)
        written = replace(written, faults=(*others, fault))
        state.save(self.where, written)
        facility.tell_faults(self.site, known, written)
        return written, fault

    def mend(self, known: State, faults: tuple[Fault, ...]) -> State:
        """Undo faults; what the others need stays broken. They stay written down until all is mended."""
        left = tuple(fault for fault in known.faults if fault not in faults)
        before, after = (damage(self.graph, self.topology, some) for some in (known.faults, left))
        spared = frozenset(Plug(*plug) for fault in faults for plug in fault.undo.get("was_down", []))
        enforcer = Enforcer(self.where, self.topology, known, self.log)
        mended, _ = enforcer.apply(known, before, after, spared=spared, revive=True)
        for fault in faults:
            if fault.kind == "kill":
                daemons.start(mended, fault.element)
        mended = replace(mended, faults=left)
        state.save(self.where, mended)
        facility.tell_faults(self.site, known, mended)
        return mended


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def _check(kind: str, params: dict[str, Any]) -> None:
    known = {"loss": {"ratio"}, "rate": {"bits_per_second"}, "kill": {"daemon"}}.get(kind, set())
    problem = None
    if set(params) - known:
        problem = f"{kind} has no parameter {', '.join(sorted(set(params) - known))}"
    elif kind == "loss" and not 0 < params["ratio"] <= 1:
        problem = f"a loss ratio is above 0 and at most 1, not {params['ratio']}"
    elif kind == "rate" and params["bits_per_second"] < 1000:  # noqa: PLR2004 tbf counts in whole kilobits here
        problem = f"a rate is at least 1000 bits per second, not {params['bits_per_second']}"
    if problem:
        raise TwinFailure(problem, hint="see `mroom twin break --help`", code="parameter", exit_code=USAGE)
