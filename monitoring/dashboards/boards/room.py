"""The room at a glance: alarms, what answers, the air of each room, water and smoke."""

from __future__ import annotations

from collections.abc import Iterator

from inventory import place
from inventory.model import Room, Sensor, SensorKind
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import METRIC
from monitoring.dashboards.panel import CRITICAL, GOOD, OK, SEVERITIES, WARNING, Board, Kind, Panel, Query, State, text

NUMBER = text("件数", "alarms")


def board(ground: Ground) -> Board:
    rows = [(text("警報と応答", "Alarms and answers"), tuple(_alarms(ground)))]
    for room in ground.room.elements("rooms"):
        panels = tuple(_air(ground, room))
        if panels:
            rows.append((room.name, panels))
    return Board("room", text("部屋の概要", "The room"), tuple(rows))


def _alarms(ground: Ground) -> Iterator[Panel]:
    for severity, title, colour in (
        ("critical", text("重大な警報", "Critical alarms"), CRITICAL),
        ("warning", text("注意の警報", "Warnings"), WARNING),
    ):
        expr = f'count(ALERTS{{alertstate="firing",severity="{severity}"}}) or vector(0)'
        yield Panel(title, Kind.stat, (Query(expr, NUMBER),), bounds=((None, OK), (1, colour)), width=4, height=4)
    asked = {entry for entry in ground.room.agents}
    for building in ground.room.elements("buildings"):
        here = [one for one in asked if _building(ground, one) == building.id]
        if here:
            expr = f'avg(mroom:probe_success:ratio{{building="{building.id}"}})'
            title = text(f"{building.name.ja}：応答する機器", f"{building.name.en}: devices that answer")
            yield Panel(
                title,
                Kind.stat,
                (Query(expr, building.name),),
                "percentunit",
                bounds=((None, CRITICAL), (0.9, WARNING), (1, OK)),
                width=5,
                height=4,
            )


def _building(ground: Ground, id_: str) -> str | None:
    found = place.find(ground.site, id_)
    return place.building(ground.site, *found) if found else None


def _air(ground: Ground, room: Room) -> Iterator[Panel]:
    sensors = [
        one
        for one in ground.room.elements("sensors")
        if one.monitor in ground.room.agents and ground.site.areas[one.area].room == room.id
    ]
    for kind, title, unit in (
        (SensorKind.temperature, text("温度", "Temperature"), "celsius"),
        (SensorKind.humidity, text("湿度", "Humidity"), "percentunit"),
    ):
        these = [one for one in sensors if one.kind is kind]
        if these:
            queries = tuple(Query(f"max({_of(one)})", one.name) for one in these)
            yield Panel(title, Kind.lines, queries, unit, bounds=_bounds(these))
    wet = [one for one in sensors if one.kind in {SensorKind.leak, SensorKind.smoke}]
    if wet:
        queries = tuple(Query(f"max({_of(one)})", one.name) for one in wet)
        title = text("漏水・煙", "Water and smoke")
        yield Panel(title, Kind.states, queries, states=(State(0, GOOD, OK), *SEVERITIES[1:]))


def _of(sensor: Sensor) -> str:
    return f'{METRIC[sensor.kind][0]}{{element="{sensor.monitor}",sensor="{sensor.id}"}}'


def _bounds(sensors: list[Sensor]) -> tuple[tuple[float | None, str], ...]:
    """The narrowest of the inventory's limits."""
    by = METRIC[sensors[0].kind][1]
    low = [one.low * by for one in sensors if one.low is not None]
    high = [one.high * by for one in sensors if one.high is not None]
    found: list[tuple[float | None, str]] = [(None, WARNING if low else OK)]
    found += [(max(low), OK)] if low else []
    return (*found, *([(min(high), CRITICAL)] if high else []))
