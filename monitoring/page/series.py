"""The curves of the page: the last hour, for uPlot."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from monitoring.page.room import Room
from monitoring.page.upstream import Away, Upstream

SPAN_SECONDS, STEP_SECONDS = 3600, 30
KEPT_SECONDS = 10.0
CURVES = (
    ("temperature", "°C", "room", 'max by (room) (mroom_sensor_temperature_celsius{kind="monitor"})'),
    ("power", "kW", "building", "sum by (building) (mroom:pdu_power:watts) / 1000"),
)
"""Name, unit, label of a curve, query."""


class Series:
    """Asked for at most every ten seconds, whoever looks."""

    def __init__(self, prometheus: Upstream) -> None:
        self._prometheus = prometheus
        self._kept: tuple[float, dict[str, Any]] | None = None
        self._busy = asyncio.Lock()

    async def last_hour(self, room: Room) -> dict[str, Any]:
        """`{"charts": [{"name", "unit", "times", "rows": [{"id", "name", "values"}]}], "message"}`."""
        async with self._busy:
            if self._kept is None or time.time() - self._kept[0] > KEPT_SECONDS:
                self._kept = (time.time(), await asyncio.to_thread(self._ask, room))
            return self._kept[1]

    def _ask(self, room: Room) -> dict[str, Any]:
        end = int(time.time())
        times = list(range(end - SPAN_SECONDS, end + 1, STEP_SECONDS))
        charts, message = [], ""
        for name, unit, label, query in CURVES:
            rows: list[dict[str, Any]] = []
            try:
                rows = self._rows(room, query, label, times)
            except Away as error:
                message = str(error)
            charts.append({"name": name, "unit": unit, "times": times, "rows": rows})
        return {"charts": charts, "message": message}

    def _rows(self, room: Room, query: str, label: str, times: list[int]) -> list[dict[str, Any]]:
        answer = self._prometheus.get(
            "api/v1/query_range", query=query, start=str(times[0]), end=str(times[-1]), step=str(STEP_SECONDS)
        )
        try:
            found = []
            for row in answer["data"]["result"]:
                known = {round(float(at)): float(value) for at, value in row["values"]}
                id_ = row["metric"].get(label, "")
                found.append({"id": id_, "name": room.name(id_), "values": [known.get(at) for at in times]})
        except (KeyError, TypeError, ValueError) as error:
            raise Away(f"{self._prometheus.url} answered something else than a range: {error!r}") from error
        return sorted(found, key=lambda row: row["id"])
