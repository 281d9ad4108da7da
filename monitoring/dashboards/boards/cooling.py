"""Cooling, one row for each room that has coolers: how many run and how many it needs, their air and their output."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Cooler, Room
from monitoring.alerts.rules import Ground
from monitoring.alerts.text import one_of
from monitoring.dashboards.boards.power import RUNS
from monitoring.dashboards.panel import CRITICAL, OK, WARNING, Board, Kind, Panel, Query, text


def board(ground: Ground) -> Board:
    rows = []
    for room in ground.room.elements("rooms"):
        coolers = [
            one for one in ground.room.elements("coolers") if one.room == room.id and one.id in ground.room.agents
        ]
        if coolers:
            rows.append((room.name, tuple(_panels(room, coolers))))
    return Board("cooling", text("空調", "Cooling"), tuple(rows))


def _panels(room: Room, coolers: list[Cooler]) -> Iterator[Panel]:
    ids = one_of(one.id for one in coolers)
    need = room.cooling.any if room.cooling else len(coolers)
    running = f'count(mroom_sensor_state_info{{element=~"{ids}",sensor="Running",state="true"}} == 1) or vector(0)'
    title = text(f"運転中（必要 {need} / 全 {len(coolers)}）", f"Running (needs {need} of {len(coolers)})")
    bounds = ((None, CRITICAL), (need, WARNING), (need + 1, OK))
    yield Panel(title, Kind.stat, (Query(running, text("台", "coolers")),), bounds=bounds, width=4)
    each = 'count(mroom_sensor_state_info{element="$id",sensor="Running",state="true"}) or vector(0)'
    queries = tuple(Query(each.replace("$id", one.id), one.name) for one in coolers)
    yield Panel(text("空調機の運転", "Coolers"), Kind.states, queries, states=RUNS, width=6)
    air = 'max(mroom_sensor_temperature_celsius{element="$id",sensor="$what air temperature"})'
    queries = tuple(
        Query(air.replace("$id", one.id).replace("$what", what), text(f"{one.name.ja} {ja}", f"{one.name.en}, {en}"))
        for one in coolers
        for what, ja, en in (("Supply", "吹出", "supply"), ("Return", "吸込", "return"))
    )
    yield Panel(text("空気の温度", "Air"), Kind.lines, queries, "celsius", width=8)
    output = 'max(mroom_sensor_power_watts{element="$id",sensor="Cooling output"})'
    queries = tuple(Query(output.replace("$id", one.id), one.name) for one in coolers)
    yield Panel(text("冷却出力", "Cooling output"), Kind.lines, queries, "watt", width=6, least=0)
