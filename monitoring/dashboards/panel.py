"""What a dashboard shows, in both languages; `render.py` makes Grafana's JSON of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from inventory.model import Text

OK, WARNING, CRITICAL, UNKNOWN = "#009E73", "#E69F00", "#D55E00", "#999999"
"""Colours that the colour-blind tell apart (Okabe and Ito); every state is written, too."""


class Kind(StrEnum):
    stat = "stat"
    """The newest value, large."""
    lines = "lines"
    """Values over time."""
    states = "states"
    """States over time, one bar for each query."""


@dataclass(frozen=True)
class Query:
    """`name` is what its values are called; it may have {{labels}}."""

    expr: str
    name: Text


@dataclass(frozen=True)
class State:
    """What a value means."""

    value: int
    text: Text
    colour: str


@dataclass(frozen=True)
class Panel:
    title: Text
    kind: Kind
    queries: tuple[Query, ...]
    unit: str = "short"
    """Grafana's name of it."""
    states: tuple[State, ...] = ()
    bounds: tuple[tuple[float | None, str], ...] = ((None, OK),)
    """From which value on there is which colour."""
    width: int = 8
    """Of 24 columns."""
    height: int = 7
    least: float | None = None
    """Where the axis begins."""


@dataclass(frozen=True)
class Board:
    id: str
    title: Text
    rows: tuple[tuple[Text, tuple[Panel, ...]], ...] = field(default=())

    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for _, row in self.rows for panel in row)


def text(ja: str, en: str) -> Text:
    return Text(ja=ja, en=en)


def up_states(up: Text, down: Text) -> tuple[State, ...]:
    """1 is good, 0 is not."""
    return State(1, up, OK), State(0, down, CRITICAL)


SEVERITIES = (
    State(0, text("正常", "ok"), OK),
    State(1, text("注意", "warning"), WARNING),
    State(2, text("異常", "critical"), CRITICAL),
    State(3, text("不明", "unknown"), UNKNOWN),
)
"""mroom_sensor_severity."""
GOOD = text("正常", "ok")
ANSWERS = up_states(text("応答", "answers"), text("応答なし", "silent"))
