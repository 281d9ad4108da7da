"""The redundancy state of a pair of lines: five states, one rule each, the first that holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitoring.exporter.families import Family
from monitoring.exporter.text import head, labels

UNEXERCISED_SECONDS = 31 * 86_400.0
"""An idle line must have carried traffic within this time: ours, one more day than a monthly drill leaves."""

FAMILY = Family("mroom_redundancy_state", "gauge", "1 for the state that a pair of lines is in, 0 for the other four.")


class State(StrEnum):
    up = "up"
    degraded = "degraded"
    down = "down"
    shared_risk = "shared_risk"
    standby_unexercised = "standby_unexercised"


@dataclass(frozen=True)
class Pair:
    """What is known of a pair.

    `carries`: whether a probe from end to end passes over each line, also over an idle one; None when nobody could ask.
    `common`: ids of elements that both ways lead over now (a duct, a carrier, a router, a building on the way), those
    that both lines have as ends by their design left out. `exercised_seconds`: for how long the less used line has
    carried no traffic but probes; None when it never has.
    """

    carries: tuple[bool | None, bool | None]
    common: frozenset[str] = frozenset()
    exercised_seconds: float | None = None


@dataclass(frozen=True)
class Rule:
    state: State
    holds: Callable[[Pair], bool]
    means: str


TABLE = (
    Rule(State.down, lambda pair: not any(pair.carries), "No line carries."),
    Rule(State.degraded, lambda pair: not all(pair.carries), "One line carries, the other does not."),
    Rule(State.shared_risk, lambda pair: bool(pair.common), "Both carry, over something that both need."),
    Rule(
        State.standby_unexercised,
        lambda pair: pair.exercised_seconds is None or pair.exercised_seconds > UNEXERCISED_SECONDS,
        "Both carry, apart from each other; whether the idle one bears the load was not seen for 31 days.",
    ),
    Rule(State.up, lambda _: True, "Both carry, apart from each other, and each has borne the load."),
)
"""In this order: the worst first."""


def state(pair: Pair) -> State | None:
    """The state of a pair; None when it rests on what nobody could ask (then no metric is written, which alarms)."""
    if None in pair.carries:
        return None
    return next(rule.state for rule in TABLE if rule.holds(pair))


def text(states: dict[str, State | None]) -> str:
    """The metric of all pairs, by the label `pair` (`subjects.pair_id`)."""
    rows = [
        f"{FAMILY.name}{labels({'pair': pair, 'state': one.value})} {int(one is now)}\n"
        for pair, now in states.items()
        if now is not None
        for one in State
    ]
    return "".join([head(FAMILY.name, FAMILY.kind, FAMILY.help_text), *rows])
