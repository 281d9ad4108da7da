"""The systems on the page: is each served, since when not, how long it may be, and is its reserve gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inventory.model import System
from monitoring.page.samples import SYSTEM, Sample

UP, DOWN, UNKNOWN = "up", "down", "unknown"


@dataclass(frozen=True)
class Place:
    """One place from which a system is probed."""

    where: str
    probe: str
    served: bool


@dataclass(frozen=True)
class Seen:
    """A system as the probes see it. `since`: when the outage began (seconds since 1970), None where it is served."""

    system: str
    state: str
    places: tuple[Place, ...] = ()
    since: float | None = None


class Outages:
    """Remembers when each outage began, so that Prometheus is asked once for each."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def since(self, system: str, *, down: bool, began: Callable[[str], float | None], now: float) -> float | None:
        """The beginning; where Prometheus has nothing of it, the moment when it was first seen here."""
        if not down:
            self._since.pop(system, None)
            return None
        if system not in self._since:
            self._since[system] = began(system) or now
        return self._since[system]


def see(systems: Iterable[System], samples: Iterable[Sample]) -> dict[str, Seen]:
    """By id, without the beginning of outages. One place without service is enough: so does the alert say it."""
    rows = [one for one in samples if one.name == SYSTEM]
    found = {}
    for system in systems:
        places = tuple(
            sorted(
                (
                    Place(one.labels.get("from", ""), one.labels.get("probe", ""), one.value > 0)
                    for one in rows
                    if one.has(system=system.id)
                ),
                key=lambda place: (place.where, place.probe),
            )
        )
        state = UNKNOWN if not places else UP if all(place.served for place in places) else DOWN
        found[system.id] = Seen(system.id, state, places)
    return found


@dataclass(frozen=True)
class Clock:
    """How long an outage has lasted against its target, in seconds."""

    elapsed_seconds: float
    target_seconds: float | None

    @property
    def over(self) -> bool:
        return self.target_seconds is not None and self.elapsed_seconds > self.target_seconds


def clock(seen: Seen, system: System, now: float) -> Clock | None:
    """None where the system is served or nobody knows."""
    if seen.state != DOWN or seen.since is None:
        return None
    return Clock(max(0.0, now - seen.since), system.rto_seconds)
