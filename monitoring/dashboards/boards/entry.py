"""Doors, by numbers alone: no person is on any dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inventory import place
from monitoring.alerts.rules import Ground
from monitoring.alerts.text import one_of
from monitoring.dashboards.panel import CRITICAL, OK, WARNING, Board, Kind, Panel, Query, State, text, up_states

RIGHT = (State(0, text("正常", "in order"), OK), State(1, text("異常", "out of order"), CRITICAL))
READ = up_states(text("読める", "readable"), text("読めない", "unreadable"))
RESULT = text("{{result}}", "{{result}}")


def board(ground: Ground) -> Board:
    rows = [(text("全体", "All doors"), tuple(_all()))]
    for building in ground.room.elements("buildings"):
        doors = [one for one in ground.room.elements("doors") if _in(ground, "doors", one) == building.id]
        if doors:
            rows.append((building.name, tuple(_panels(ground, doors))))
    return Board("entry", text("入退室", "Entry"), tuple(rows) if len(rows) > 1 else ())


def _in(ground: Ground, collection: str, element: Any) -> str | None:
    return place.building(ground.site, collection, element)


def _all() -> Iterator[Panel]:
    yield Panel(
        text("入退室記録", "Entry records"),
        Kind.stat,
        (Query("min(mroom_entry_up)", text("記録", "records")),),
        states=READ,
        bounds=((None, CRITICAL), (1, OK)),
        width=4,
        height=5,
    )
    out = "sum by (fact) (increase(mroom_entry_facts_total[24h]))"
    yield Panel(
        text("24時間の異常", "Out of order in 24 hours"),
        Kind.stat,
        (Query(out, text("{{fact}}", "{{fact}}")),),
        bounds=((None, OK), (1, WARNING)),
        width=8,
        height=5,
    )
    inside = "sum by (room) (mroom_entry_inside)"
    yield Panel(
        text("在室人数", "People inside"), Kind.stat, (Query(inside, text("{{room}}", "{{room}}")),), width=8, height=5
    )
    aside = "max(mroom_entry_aside)"
    yield Panel(
        text("読めなかった行", "Lines kept aside"),
        Kind.stat,
        (Query(aside, text("行", "lines")),),
        bounds=((None, OK), (1, WARNING)),
        width=4,
        height=5,
    )


def _panels(ground: Ground, doors: list[Any]) -> Iterator[Panel]:
    ids = one_of(one.id for one in doors)
    happened = f'sum by (result) (increase(mroom_door_events_total{{door=~"{ids}"}}[1h]))'
    yield Panel(text("1時間の出来事", "What happened in an hour"), Kind.lines, (Query(happened, RESULT),), least=0)
    wrong = '(max(mroom_entry_alarm{element="$id"}) or vector(0))'
    queries = tuple(Query(wrong.replace("$id", one.id), one.name) for one in doors)
    yield Panel(text("扉の状態", "Doors"), Kind.states, queries, states=RIGHT)
    controllers = {one.controller: ground.site.door_controllers[one.controller] for one in doors}
    since = 'time() - max(mroom_entry_last_record_timestamp_seconds{controller="$id"})'
    queries = tuple(Query(since.replace("$id", id_), one.name) for id_, one in controllers.items())
    yield Panel(text("制御盤の最後の記録から", "Since a controller's last record"), Kind.lines, queries, "s", least=0)
