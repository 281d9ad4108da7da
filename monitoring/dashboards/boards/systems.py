"""The seven systems and their neighbours: do they serve, seen from where people are, and how old are their copies."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import System
from monitoring.alerts.rules import Ground
from monitoring.dashboards.panel import CRITICAL, OK, WARNING, Board, Kind, Panel, Query, text, up_states

SERVES = up_states(text("提供中", "serves"), text("停止", "down"))
ARRIVES = up_states(text("届く", "arrives"), text("届かない", "does not"))
DAY = 86_400


def board(ground: Ground) -> Board:
    systems = list(ground.room.elements("systems"))
    own, neighbours = [one for one in systems if not one.neighbour], [one for one in systems if one.neighbour]
    rows = [
        (text("優先7システム", "The seven systems"), tuple(_serving(own))),
        (text("それぞれ、見る場所ごとに", "Each, by where it is seen from"), tuple(_each(own))),
        (text("隣接システムと連携", "Neighbours and exchanges"), (*_serving(neighbours), *_exchanges(ground))),
        (text("複製の古さ", "Age of copies"), tuple(_copies(own))),
    ]
    return Board("systems", text("7システム", "The seven systems"), tuple(row for row in rows if row[1]))


def _serving(systems: list[System]) -> Iterator[Panel]:
    for one in systems:
        expr = f'min(mroom_system_up{{system="{one.id}"}})'
        yield Panel(
            one.name,
            Kind.stat,
            (Query(expr, one.name),),
            states=SERVES,
            bounds=((None, CRITICAL), (1, OK)),
            width=6,
            height=4,
        )


def _each(systems: list[System]) -> Iterator[Panel]:
    for one in systems:
        expr = f'min by (from) (mroom_system_up{{system="{one.id}"}})'
        yield Panel(
            one.name, Kind.states, (Query(expr, text("{{from}}", "{{from}}")),), states=SERVES, width=12, height=5
        )


def _exchanges(ground: Ground) -> Iterator[Panel]:
    exchanges = list(ground.room.elements("exchanges"))
    if exchanges:
        expr = 'min(mroom_exchange_up{exchange="$id"})'
        queries = tuple(Query(expr.replace("$id", one.id), one.name) for one in exchanges)
        yield Panel(text("情報連携", "Exchanges"), Kind.states, queries, states=ARRIVES, width=12)


def _copies(systems: list[System]) -> Iterator[Panel]:
    if systems:
        expr = 'max(mroom_backup_age_seconds{system="$id"})'
        queries = tuple(Query(expr.replace("$id", one.id), one.name) for one in systems)
        yield Panel(
            text("最も新しい複製", "Newest copy"),
            Kind.lines,
            queries,
            "s",
            bounds=((None, OK), (26 * 3600, WARNING), (3 * DAY, CRITICAL)),
            width=24,
            least=0,
        )
