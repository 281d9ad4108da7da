"""Orders to the plants of a booted twin, from outside its nodes."""

from __future__ import annotations

import json
import socket
from typing import Any

from inventory import place
from inventory.model import Site
from twin.facility import setting
from twin.facility.plan import plan
from twin.failure import UNREACHABLE, USAGE, TwinFailure
from twin.process import Process
from twin.state import State
from twin.wait import until

_SECONDS = 10.0
_SOCKET = "run/facility/agent.sock"


def agent_of(site: Site, element: str) -> str | None:
    """The agent node that plays an element: that of its building."""
    found = place.find(site, element)
    if found is None:
        return None
    building = element if found[0] == "buildings" else place.building(site, *found)
    here = (host for host in site.hosts.values() if host.kind == "agent")
    return next((host.id for host in here if place.building(site, "hosts", host) == building), None)


def set_(site: Site, known: State, element: str, values: dict[str, str]) -> dict[str, Any]:
    """Set an element's values; when it returns, the agents show them. The answer is the state of its plant.

    Raises TwinFailure (exit code 2) for what cannot be set so, (7) when its agent node does not answer.
    """
    agent = agent_of(site, element)
    own = plan(site, agent) if agent else None
    if agent is None or own is None or not setting.keys(own, element):
        raise TwinFailure(
            f"nothing of {element!r} can be set in the twin",
            hint="sensors, utilities, generators, transfer switches, ups, pdus, coolers and buildings can: mroom show",
            code="element",
            exit_code=USAGE,
        )
    problems = []
    for key, text in values.items():
        try:
            setting.check(own, element, key, text)
        except setting.SettingError as error:
            problems.append(str(error))
    if problems:
        raise TwinFailure("; ".join(problems), hint="see docs/twin.md, Facility", code="value", exit_code=USAGE)
    return _ask(known, agent, {"set": [[element, key, text] for key, text in values.items()]})


def tell_faults(site: Site, before: State, after: State) -> None:
    """Tell the plants what the room's faults put out in them, where that has changed or the agent has just booted.

    An agent node without power, or frozen, hears nothing; it is told when it is back.
    """
    frozen = {fault.element for fault in after.faults if fault.kind == "freeze"}
    broken, was_broken = _broken(after), _broken(before)
    for host in site.hosts.values():
        process = after.nodes.get(host.id)
        if after.bare or host.kind != "agent" or host.id in frozen or process is None or not process.alive():
            continue
        if before.nodes.get(host.id) == process and broken == was_broken:
            continue
        own = plan(site, host.id)
        out = [one for one in broken if "out" in setting.keys(own, one)]
        if before.nodes.get(host.id) != process or out != [o for o in was_broken if "out" in setting.keys(own, o)]:
            _ask(after, host.id, {"out": out})


def _broken(known: State) -> list[str]:
    """What has no power by a fault, in order."""
    return sorted({fault.element for fault in known.faults if fault.kind == "power"})


def _ask(known: State, agent: str, order: dict[str, Any]) -> dict[str, Any]:
    answers: list[dict[str, Any]] = []
    process = known.nodes.get(agent)
    missing = until(lambda: _missing(process, order, answers), _SECONDS)
    if missing:
        raise TwinFailure(
            f"the facility agent on {agent} does not answer: {missing[0]}",
            hint=f"see that the node has power: mroom twin mend {agent}",
            code="agent",
            exit_code=UNREACHABLE,
        )
    if "error" in answers[-1]:
        raise TwinFailure(answers[-1]["error"], hint="see docs/twin.md, Facility", code="value", exit_code=USAGE)
    return answers[-1]


def _missing(process: Process | None, order: dict[str, Any], answers: list[dict[str, Any]]) -> list[str]:
    """Why there is no answer yet; it is asked again while its node is still booting."""
    if process is None or not process.alive():
        return ["it has no power"]
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(_SECONDS)
            one.connect(f"/proc/{process.pid}/root/{_SOCKET}")
            one.sendall(json.dumps(order).encode())
            one.shutdown(socket.SHUT_WR)
            text = b"".join(iter(lambda: one.recv(65536), b""))
        answers.append(json.loads(text))
    except (OSError, ValueError) as error:
        return [str(error)]
    return []
