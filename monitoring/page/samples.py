"""What the page takes from Prometheus: the newest value of the metrics that it shows, and when an outage began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from monitoring.page.upstream import Away, Upstream

SYSTEM, PAIR, PORT, LOSS = "mroom_system_up", "mroom_redundancy_state", "mroom_port_oper_state", "mroom_line_loss_ratio"
OVERDUE, UP = "mroom_drill_overdue", "up"
SHOWN = (SYSTEM, PAIR, LOSS, OVERDUE, UP)
LOOK_BACK = "6h"
"""How far back the beginning of an outage is looked for. One that is older is told as "at least that long"."""


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict[str, str]
    value: float

    def has(self, **wanted: str) -> bool:
        return wanted.items() <= self.labels.items()


def newest(prometheus: Upstream, ports: Iterable[str]) -> tuple[Sample, ...]:
    """The newest value of everything that is shown; of the ports those with these names. Raises Away."""
    names = "|".join(SHOWN)
    wanted = "|".join(sorted(ports))
    asked = [f'{{__name__=~"{names}"}}', f'{PORT}{{port=~"{wanted}"}}']
    return tuple(sample for query in asked for sample in _vector(_asked(prometheus, query)))


def _asked(prometheus: Upstream, query: str) -> Any:
    answer = prometheus.get("api/v1/query", query=query)
    try:
        return answer["data"]["result"]
    except (KeyError, TypeError) as error:
        raise Away(f"{prometheus.url} answered something else than a query's result") from error


def _vector(rows: Any) -> Iterator[Sample]:
    try:
        for row in rows:
            labels = dict(row["metric"])
            yield Sample(labels.pop("__name__", ""), labels, float(row["value"][1]))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Away(f"what Prometheus answered is no vector: {error!r}") from error


def began(prometheus: Upstream, system: str) -> float | None:
    """When the outage of a system that is not served now began (seconds since 1970), by the raw samples of all places
    from which it is probed. None when none of them is kept. Raises Away."""
    rows = _asked(prometheus, f'{SYSTEM}{{system="{system}"}}[{LOOK_BACK}]')
    try:
        points = [(float(at), place, float(value) > 0) for place, row in enumerate(rows) for at, value in row["values"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Away(f"what Prometheus answered is no range: {error!r}") from error
    return since(points)


def since(points: Iterable[tuple[float, int, bool]]) -> float | None:
    """The beginning of the stretch up to the last sample in which some place was always without service; None when it
    is served at the end. `points` are (time, place, served); a place keeps its answer until its next one."""
    found: float | None = None
    served: dict[int, bool] = {}
    for at, together in groupby(sorted(points), key=lambda point: point[0]):
        served |= {place: good for _, place, good in together}
        if all(served.values()):
            found = None
        elif found is None:
            found = at
    return found
