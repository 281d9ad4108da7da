"""What a run will do and what it risks, before anything is touched: `drill run ID --plan` prints it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bcp.drill import Drill, Step
from bcp.flow import Flow, choose, vantage
from bcp.watch import Asking
from inventory.graph import build
from inventory.graph.impact import State, impact
from inventory.model import Site, System
from inventory.words import either


class CannotPlan(Exception):
    """The drill does not fit what was asked for."""

    exit_code, code = 2, "usage"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class TooMuch(Exception):
    """By the graph, the fault would take a system down: such a drill is not made by this verb alone."""

    exit_code, code = 1, "blast-radius"
    hint = "mroom impact ELEMENT shows why; mend what makes it so, or choose another --element"


@dataclass(frozen=True)
class Risk:
    """How a system fares while the element is out, by the graph."""

    system: str
    state: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    drill: Drill
    element: str
    ends: tuple[str, str]
    """Devices at the line's first and second end."""
    flow: Flow
    system: System
    asking: Asking
    risks: tuple[Risk, ...]

    @property
    def kind(self) -> str:
        """What is done to the element, in the order of the steps."""
        return ", ".join(step.break_.kind for step in self.drill.steps if step.break_)

    @property
    def seconds(self) -> float:
        """The most that the run can take."""
        steady = self.drill.steady
        waits = sum(step.wait.deadline_seconds + step.wait.seconds for step in self.drill.steps if step.wait)
        return 60 + steady.attempts * (steady.seconds + 5) + waits

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "drill": self.drill.id,
            "element": self.element,
            "steps": [sentence(step, self.element) for step in self.drill.steps],
            "undo": [f"mend {self.element}"],
            "flow": {"path": self.flow.name, "points": [asdict(point) for point in self.flow.points]},
            "requests": {**asdict(self.asking), "system": self.system.id},
            "targets": [{"system": self.system.id, "rto_seconds": self.system.rto_seconds}],
            "risks": [asdict(risk) for risk in self.risks],
            "most_seconds": self.seconds,
        }


def sentence(step: Step, element: str) -> str:
    """One step, as a person reads it."""
    if step.break_:
        return f"break {element}: {step.break_.kind}"
    if step.wait:
        lasting = f"for {step.wait.seconds:g} s, at most {step.wait.deadline_seconds:g} s from now"
        return f"wait until traffic is {step.wait.until.value.replace('-', ' ')} {lasting}"
    return f"mend {element}"


def make(site: Site, drill: Drill, element: str | None = None) -> Plan:
    """The plan of a run. Raises CannotPlan, NoFlow or TooMuch."""
    wanted = element or drill.target.default
    line = site.lines.get(wanted)
    if line is None or line.kind != drill.target.lines:
        fitting = [other.id for other in site.lines.values() if other.kind == drill.target.lines]
        message = f"{drill.id} breaks one {drill.target.lines.value} line; {wanted!r} is none"
        raise CannotPlan(message, f"give --element {either(fitting)}")
    system = site.systems[drill.requests.system]
    flow = choose(site, system, line.id)
    ends = (line.ends[0].device, line.ends[1].device)
    return Plan(drill, line.id, ends, flow, system, _asking(site, drill, system, line.id), _risks(site, line.id))


def _asking(site: Site, drill: Drill, system: System, line: str) -> Asking:
    assert system.entry is not None  # the shelf lets no drill through that asks a system without a page
    assert system.probe is not None
    assert system.probe.url is not None
    url = system.probe.url
    return Asking(
        node=vantage(site, system, line),
        address=str(system.entry.address),
        port=system.entry.port,
        path=url.path or "/",
        host=system.entry.name,
        per_second=drill.requests.per_second,
        timeout_seconds=drill.requests.timeout_seconds,
    )


def _risks(site: Site, element: str) -> tuple[Risk, ...]:
    effects = impact(site, build(site), [element]).effects
    down = [effect.system for effect in effects if effect.state is State.down]
    if down:
        raise TooMuch(f"without {element}, {', '.join(down)} would be down")
    return tuple(Risk(effect.system, effect.state.value, effect.why) for effect in effects)
