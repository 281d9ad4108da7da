"""Power, one row for each building: the street, transfer switches, UPS, PDUs and the generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inventory import place
from inventory.model import Building, Text
from monitoring.alerts.rules import Ground
from monitoring.alerts.text import one_of
from monitoring.dashboards.panel import (
    CRITICAL,
    OK,
    UNKNOWN,
    WARNING,
    Board,
    Kind,
    Panel,
    Query,
    State,
    text,
    up_states,
)

UPS_SOURCES = (
    State(3, text("通常", "normal"), OK),
    State(4, text("バイパス", "bypass"), WARNING),
    State(5, text("電池", "battery"), CRITICAL),
    State(2, text("出力なし", "none"), CRITICAL),
    State(6, text("昇圧", "booster"), WARNING),
    State(7, text("降圧", "reducer"), WARNING),
    State(1, text("その他", "other"), UNKNOWN),
)
"""upsOutputSource (RFC 1628)."""
RUNS = up_states(text("運転", "runs"), text("停止", "stands"))
READY = up_states(text("待機可", "ready"), text("起動不可", "not ready"))


def board(ground: Ground) -> Board:
    rows = []
    for building in ground.room.elements("buildings"):
        panels = tuple(_panels(ground, building))
        if panels:
            rows.append((building.name, panels))
    return Board("power", text("電源", "Power"), tuple(rows))


def _here(ground: Ground, collection: str, building: Building) -> list[Any]:
    return [
        one
        for one in ground.room.elements(collection)
        if one.id in ground.room.agents and place.building(ground.site, collection, one) == building.id
    ]


def _panels(ground: Ground, building: Building) -> Iterator[Panel]:
    switches = _here(ground, "ats", building)
    sources = list(dict.fromkeys(source for one in switches for source in one.sources))
    if sources:
        queries = tuple(
            Query(
                f'max(mroom_sensor_voltage_volts{{element=~"{one_of(one.id for one in switches)}",'
                f'sensor=~"Input {source}( .*)?"}})',
                _named(ground, source),
            )
            for source in sources
        )
        yield Panel(
            text("受電（切替盤の入力）", "Inputs of the transfer switches"),
            Kind.lines,
            queries,
            "volt",
            bounds=((None, CRITICAL), (100, OK)),
            least=0,
        )
    yield from _ups(_here(ground, "ups", building))
    yield from _generators(_here(ground, "generators", building))
    if _here(ground, "pdus", building):
        expr = f'mroom:pdu_power:watts{{building="{building.id}"}}'
        yield Panel(
            text("PDUの合計電力", "Power of all PDUs"), Kind.lines, (Query(expr, building.name),), "watt", least=0
        )


def _named(ground: Ground, id_: str) -> Text:
    found = place.find(ground.site, id_)
    return found[1].name if found else text(id_, id_)


def _each(elements: list[Any], expr: str) -> tuple[Query, ...]:
    return tuple(Query(expr.replace("$id", one.id), one.name) for one in elements)


def _ups(ups: list[Any]) -> Iterator[Panel]:
    if not ups:
        return
    source = 'max(mroom_sensor_state{element="$id",sensor="Output Source"})'
    yield Panel(text("UPSの出力", "What the UPS deliver from"), Kind.states, _each(ups, source), states=UPS_SOURCES)
    left = 'min(mroom_sensor_runtime_seconds{element="$id",sensor=~"Estimated.*"})'
    yield Panel(text("UPSの残り時間", "Run time of the UPS"), Kind.lines, _each(ups, left), "s", least=0)
    load = 'max(mroom_sensor_load_ratio{element="$id"})'
    yield Panel(
        text("UPSの負荷率", "Load of the UPS"),
        Kind.lines,
        _each(ups, load),
        "percentunit",
        bounds=((None, OK), (0.5, WARNING), (0.8, CRITICAL)),
        least=0,
    )
    charge = 'min(mroom_sensor_charge_ratio{element="$id"})'
    yield Panel(
        text("UPSの電池", "Batteries of the UPS"),
        Kind.stat,
        _each(ups, charge),
        "percentunit",
        bounds=((None, CRITICAL), (0.5, WARNING), (0.9, OK)),
    )


def _generators(generators: list[Any]) -> Iterator[Panel]:
    for one in generators:
        running = f'count(mroom_sensor_state_info{{element="{one.id}",sensor="$what",state="true"}}) or vector(0)'
        yield Panel(
            one.name,
            Kind.states,
            (Query(running.replace("$what", "Running"), text("運転", "Running")),),
            states=RUNS,
            width=4,
        )
        yield Panel(
            one.name,
            Kind.stat,
            (Query(running.replace("$what", "Ready"), text("待機", "Ready")),),
            states=READY,
            bounds=((None, CRITICAL), (1, OK)),
            width=4,
        )
        fuel = f'min(mroom_sensor_runtime_seconds{{element="{one.id}",sensor=~"Run time left.*"}})'
        yield Panel(
            text(f"{one.name.ja}：燃料", f"{one.name.en}: fuel"),
            Kind.lines,
            (Query(fuel, text("全負荷で残り", "left at full load")),),
            "s",
            bounds=((None, CRITICAL), (one.required_hours * 3600, OK)),
            least=0,
        )
