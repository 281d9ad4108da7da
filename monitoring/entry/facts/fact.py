"""What a fact is, and the memory that a row of events leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Value = list[Any]
"""JSON: it is kept between two runs."""


class Seen(NamedTuple):
    """An event as the facts see it. Times are milliseconds since 1970."""

    controller: str
    door: str
    room: str
    at: int
    """When it happened, the controller's clock corrected (monitoring.entry.track)."""
    direction: str
    result: str
    card: str
    late: bool = False
    """It came after events that happened later."""


@dataclass(frozen=True)
class Fact:
    """Something out of order. `element` is a door or a controller, never a person."""

    kind: str
    element: str
    at: int
    """Milliseconds since 1970."""
    lasts: bool = False
    """It goes on until a `Fact` of the same kind and element says that it has ended."""
    ended: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)
    """May name a card by its pseudonym; it is never exported."""


@dataclass(frozen=True)
class Ticket:
    """A change or a drill that explains why somebody enters."""

    id: str
    begin: int
    end: int | None
    """None: still open."""
    rooms: frozenset[str] | None
    """None: it may be about any room."""

    def explains(self, room: str, at: int, after: int) -> bool:
        """`after`: for how long after its end, in milliseconds."""
        if self.rooms is not None and room not in self.rooms:
            return False
        return self.begin <= at and (self.end is None or at <= self.end + after)


class Memory:
    """Values by kind and key, and which of them have changed since they were last written down."""

    def __init__(self, values: Mapping[tuple[str, str], Value] | None = None) -> None:
        self.kinds: dict[str, dict[str, Value]] = {}
        self.changed: set[tuple[str, str]] = set()
        for (kind, key), value in (values or {}).items():
            self.kinds.setdefault(kind, {})[key] = value

    def of(self, kind: str) -> dict[str, Value]:
        """To read; `put` and `drop` change it."""
        return self.kinds.setdefault(kind, {})

    def put(self, kind: str, key: str, value: Value) -> None:
        self.kinds.setdefault(kind, {})[key] = value
        self.changed.add((kind, key))

    def drop(self, kind: str, key: str) -> None:
        if self.kinds.setdefault(kind, {}).pop(key, None) is not None:
            self.changed.add((kind, key))
