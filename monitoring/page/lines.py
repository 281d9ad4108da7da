"""The lines and their pairs on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitoring.alerts.redundancy import State
from monitoring.page.room import Wire
from monitoring.page.samples import LOSS, PAIR, PORT, Sample

UP, DOWN, SILENT, UNKNOWN = "up", "down", "silent", "unknown"
PORT_UP, PORT_DOWN = 1, 2
"""IF-MIB (RFC 2863), ifOperStatus."""


@dataclass(frozen=True)
class Carries:
    """One line: `down` when a port at an end says so, `silent` when ports are up and nothing sent over it arrives."""

    line: str
    state: str
    loss_ratio: float | None = None
    """The worse direction."""


def carries(wires: Iterable[Wire], samples: Iterable[Sample]) -> dict[str, Carries]:
    """Line → how it stands."""
    rows = list(samples)
    ports = {(one.labels.get("element"), one.labels.get("port")): one.value for one in rows if one.name == PORT}
    found = {}
    for wire in wires:
        said = {ports[end] for end in wire.ports if end in ports}
        losses = [one.value for one in rows if one.name == LOSS and one.has(line=wire.line.id)]
        loss = max(losses, default=None)
        found[wire.line.id] = Carries(wire.line.id, _state(said, loss), loss)
    return found


def _state(said: set[float], loss: float | None) -> str:
    if PORT_DOWN in said:
        return DOWN
    if loss is not None and loss >= 1:
        return SILENT
    return UP if PORT_UP in said or loss is not None else UNKNOWN


def pair_states(pairs: Mapping[str, tuple[Wire, Wire]], samples: Iterable[Sample]) -> dict[str, str]:
    """Pair → one of the five states, or unknown where no metric tells it."""
    told = {
        one.labels.get("pair"): one.labels.get("state", "") for one in samples if one.name == PAIR and one.value == 1
    }
    known = {state.value for state in State}
    return {id_: told[id_] if told.get(id_) in known else UNKNOWN for id_ in pairs}
