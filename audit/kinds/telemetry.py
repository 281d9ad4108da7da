"""Telemetry window: a metric of every element that the inventory expects one for, over a period, with its gaps.

Each step is asked for its smallest and largest sample, so that an excursion between two steps shows. A step without a
sample is a gap: it neither holds nor breaks a limit, and too many gaps leave the verdict unknown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from audit.evidence import Evidence, Looked
from audit.ground import Ground, names
from audit.item import Each, Item, Telemetry
from audit.prometheus import NotAnswered, Prometheus
from audit.verdict import Outcome, met, unknown, unmet
from inventory.model import Room

MOST_GAPS = 50
"""So many stretches without a sample are listed by their times; the count is always whole."""


@dataclass(frozen=True)
class Wanted:
    """An element of a room that a series is expected for, and its limits."""

    id: str
    low: float
    high: float


@dataclass(frozen=True)
class Series:
    """What was seen of one element. `expected` and `shown` count steps."""

    wanted: Wanted
    expected: int
    shown: int
    outside: int
    gaps: tuple[tuple[int, int], ...]
    daily: tuple[tuple[str, float, float], ...]
    """Day, smallest, largest."""

    def plain(self) -> dict[str, Any]:
        limits = {"low": self.wanted.low, "high": self.wanted.high}
        return {
            **{name: value for name, value in limits.items() if math.isfinite(value)},
            "steps_expected": self.expected,
            "steps_shown": self.shown,
            "steps_outside": self.outside,
            "gaps": [list(gap) for gap in self.gaps[:MOST_GAPS]],
            "gap_count": len(self.gaps),
            "daily": [list(row) for row in self.daily],
        }


def look(ground: Ground, item: Item, query: Telemetry, rooms: Sequence[Room]) -> Looked:
    """Ask for every expected series of every room. Without an answer the verdict is unknown, and says why."""
    if ground.prometheus is None:
        ja, en = "Prometheusが指定されていない", "no Prometheus was named (--prometheus URL)"
        return Looked({room.id: unknown(ja, en) for room in rooms})
    outcomes: dict[str, Outcome] = {}
    seen: dict[str, list[Series]] = {}
    for room in rooms:
        wanted = list(expected(ground, query, room))
        if not wanted:
            ja, en = f"{query.each}がモデルにない", f"the model has no {query.each} here"
            outcomes[room.id] = unknown(ja, en)
            continue
        try:
            found = [_series(ground, ground.prometheus, query, room, one) for one in wanted]
        except NotAnswered as error:
            outcomes[room.id] = unknown(f"測定値を得られない: {error}", str(error))
            continue
        outcomes[room.id] = judge(query, found)
        seen[room.id] = found
    if not seen:
        return Looked(outcomes)
    end = _end(ground, query)
    document = {
        "selector": query.selector,
        "from": _time(ground, end - _steps(query) * query.step_seconds),
        "until": _time(ground, end),
        "step_seconds": query.step_seconds,
        "coverage": query.coverage,
        "share": query.share,
        "rooms": {room: {one.wanted.id: one.plain() for one in found} for room, found in seen.items()},
    }
    return Looked(outcomes, (Evidence(f"{item.id}-window", "telemetry", _time(ground, end), document),))


def expected(ground: Ground, query: Telemetry, room: Room) -> Iterable[Wanted]:
    """The elements of the inventory that a series must be there for."""
    site, each = ground.site, query.each
    low = -math.inf if query.at_least is None else query.at_least
    high = math.inf if query.at_most is None else query.at_most
    if each in {Each.temperature, Each.humidity}:
        areas = {area.id for area in site.areas.values() if area.room == room.id}
        for sensor in site.sensors.values():
            if sensor.area in areas and sensor.kind.value == each.value:
                yield _limited(sensor.id, (sensor.low, sensor.high), (low, high), query.own_limits)
    else:
        yield from (Wanted(id_, low, high) for id_ in _others(ground, each, room))


def _limited(
    id_: str, own: tuple[float | None, float | None], given: tuple[float, float], scale: float | None
) -> Wanted:
    if scale is None:
        return Wanted(id_, *given)
    low, high = (None if limit is None else round(limit * scale, 9) for limit in own)  # 0.35, not 0.35000000000000003
    return Wanted(id_, given[0] if low is None else low, given[1] if high is None else high)


def _others(ground: Ground, each: Each, room: Room) -> list[str]:
    site = ground.site
    if each is Each.ups:
        racks = {rack.id for rack in site.racks.values() if rack.room == room.id}
        return sorted({pdu.source for pdu in site.pdus.values() if pdu.rack in racks and pdu.source in site.ups})
    if each is Each.door_controller:
        return sorted({door.controller for door in site.doors.values() if door.room == room.id})
    if each is Each.recorder:
        return sorted({camera.recorder for camera in site.cameras.values() if camera.room == room.id})
    inside = {machine.id for machine in ground.machines(room.id)}
    pairs = set()
    for line in site.lines.values():
        if line.pair and inside & {end.device for end in line.ends}:
            pairs.add("+".join(sorted((line.id, line.pair))))
    return sorted(pairs)


def _steps(query: Telemetry) -> int:
    return max(1, int(query.days * 86400 / query.step_seconds))


def _end(ground: Ground, query: Telemetry) -> int:
    """The last step's end: on a whole step, so that two runs within one step ask for the same."""
    return int(ground.at.timestamp()) // query.step_seconds * query.step_seconds


def _time(ground: Ground, second: int) -> str:
    return dt.datetime.fromtimestamp(second, ground.zone).isoformat()


def _series(ground: Ground, prometheus: Prometheus, query: Telemetry, room: Room, wanted: Wanted) -> Series:
    sensor = ground.site.sensors.get(wanted.id)
    words = {"id": wanted.id, "room": room.id, "building": room.building, "monitor": sensor.monitor if sensor else ""}
    selector, step = Template(query.selector).safe_substitute(words), query.step_seconds
    end, count = _end(ground, query), _steps(query)
    start = end - (count - 1) * step
    low = prometheus.range(f"min(min_over_time({selector}[{step}s]))", start, end, step)
    high = prometheus.range(f"max(max_over_time({selector}[{step}s]))", start, end, step)
    times = [start + number * step for number in range(count)]
    shown = [at for at in times if at in low and at in high and not math.isnan(low[at] + high[at])]
    outside = sum(low[at] < wanted.low or high[at] > wanted.high for at in shown)
    return Series(wanted, count, len(shown), outside, _gaps(times, set(shown), step), _daily(ground, shown, low, high))


def _gaps(times: Sequence[int], shown: set[int], step: int) -> tuple[tuple[int, int], ...]:
    """Stretches without a sample as (from, until), seconds since 1970."""
    found: list[tuple[int, int]] = []
    for at in times:
        if at in shown:
            continue
        if found and found[-1][1] == at - step:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at - step, at))
    return tuple(found)


def _daily(
    ground: Ground, shown: Iterable[int], low: Mapping[int, float], high: Mapping[int, float]
) -> tuple[tuple[str, float, float], ...]:
    days: dict[str, tuple[float, float]] = {}
    for at in shown:
        if not math.isfinite(low[at]) or not math.isfinite(high[at]):
            continue
        day = dt.datetime.fromtimestamp(at, ground.zone).date().isoformat()
        smallest, largest = days.get(day, (low[at], high[at]))
        days[day] = min(smallest, low[at]), max(largest, high[at])
    return tuple((day, *pair) for day, pair in days.items())


def judge(query: Telemetry, found: Sequence[Series]) -> Outcome:
    """A breach that was seen is a breach, however many gaps there are; without one, gaps leave it unknown."""
    broken = [one for one in found if one.outside > (1 - query.share) * one.expected]
    if broken:
        worst = max(broken, key=lambda one: one.outside)
        told = names(one.wanted.id for one in broken)
        ja = f"範囲外: {told}（{worst.wanted.id} は{worst.expected}区間中{worst.outside}区間）"
        return unmet(ja, f"outside the limits: {told} ({worst.wanted.id} in {worst.outside} of {worst.expected} steps)")
    thin = [one for one in found if one.shown < query.coverage * one.expected]
    if thin:
        least = min(thin, key=lambda one: one.shown)
        share, told = least.shown / least.expected, names(one.wanted.id for one in thin)
        ja = f"示された期間が足りない: {told}（最少 {share:.1%}、必要 {query.coverage:.0%}）"
        return unknown(
            ja, f"too much of the period is not shown: {told} ({share:.1%} at least shown, {query.coverage:.0%} wanted)"
        )
    loose = [one for one in found if one.shown and one.outside > (1 - query.share) * one.shown]
    if loose:
        told = names(one.wanted.id for one in loose)
        return unmet(f"範囲外の割合が多い: {told}", f"outside the limits for too long: {told}")
    shown = min(one.shown / one.expected for one in found)
    ja = f"{query.days:g}日間、{len(found)}系列すべて範囲内（示された割合 {shown:.1%} 以上）"
    return met(ja, f"{len(found)} series within the limits over {query.days:g} days ({shown:.1%} of it shown or more)")
