"""Lines, one row for each pair and one for the others: their state, ports at both ends, what they carry and lose."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Line
from inventory.model.network import End
from monitoring.alerts.redundancy import State as Redundancy
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import pair_id, pairs, port
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

OF_A_PAIR = {
    Redundancy.up: (text("正常", "up"), OK),
    Redundancy.degraded: (text("片系", "degraded"), WARNING),
    Redundancy.down: (text("停止", "down"), CRITICAL),
    Redundancy.shared_risk: (text("共有リスク", "shared risk"), WARNING),
    Redundancy.standby_unexercised: (text("予備未検証", "standby unexercised"), WARNING),
}
PAIR = tuple(State(value, *OF_A_PAIR[state]) for value, state in enumerate(Redundancy))
PORT = (
    State(1, text("接続", "up"), OK),
    State(2, text("停止", "down"), CRITICAL),
    State(3, text("試験", "testing"), WARNING),
    *(State(value, text("その他", "other"), UNKNOWN) for value in (4, 5, 6, 7)),
)
"""ifOperStatus (RFC 2863)."""
WAY = "{{direction}}"
BFD = up_states(text("確立", "up"), text("切断", "down"))


def board(ground: Ground) -> Board:
    in_service = {line.id: line for line in ground.room.elements("lines")}
    rows = []
    for pair in pairs(ground.site):
        if all(line.id in in_service for line in pair):
            title = text("・".join(line.name.ja for line in pair), " and ".join(line.name.en for line in pair))
            rows.append((title, (_state(pair), *_panels(ground, pair))))
            for line in pair:
                del in_service[line.id]
    if in_service:
        rows.append((text("対のない回線", "Lines without a pair"), tuple(_panels(ground, tuple(in_service.values())))))
    return Board("links", text("回線", "Lines"), tuple(rows))


def _state(pair: tuple[Line, Line]) -> Panel:
    """The place of the state that is 1 among the five."""
    of = f'max(mroom_redundancy_state{{pair="{pair_id(pair)}",state="$state"}})'
    expr = " + ".join(
        f"{value} * {of.replace('$state', state.value)}" for value, state in enumerate(Redundancy) if value
    )
    return Panel(text("二重化の状態", "Redundancy"), Kind.states, (Query(expr, text("状態", "state")),), states=PAIR)


def _ends(ground: Ground, lines: tuple[Line, ...]) -> Iterator[tuple[Line, End]]:
    yield from ((line, end) for line in lines for end in line.ends if end.device in ground.room.agents)


def _panels(ground: Ground, lines: tuple[Line, ...]) -> Iterator[Panel]:
    ends = list(_ends(ground, lines))
    if ends:
        state = [_of(ground, "max(mroom_port_oper_state{$at})", line, end) for line, end in ends]
        yield Panel(text("両端の口", "Ports at both ends"), Kind.states, tuple(state), states=PORT)
        rate = "max(rate(mroom_port_$way_bytes_total{$at}[$__rate_interval]))"
        carried = [
            _of(ground, rate.replace("$way", way), line, end, ja, en)
            for line, end in ends
            for way, ja, en in (("receive", "受信", "received"), ("transmit", "送信", "sent"))
        ]
        yield Panel(text("通信量", "Traffic"), Kind.lines, tuple(carried), "Bps", least=0)
    lost = 'max by (direction) (mroom_line_loss_ratio{line="$id"})'
    queries = tuple(
        Query(lost.replace("$id", line.id), text(f"{line.name.ja} {WAY}", f"{line.name.en} {WAY}")) for line in lines
    )
    yield Panel(
        text("損失", "Loss"),
        Kind.lines,
        queries,
        "percentunit",
        bounds=((None, OK), (0.01, WARNING), (0.1, CRITICAL)),
        least=0,
    )
    if len(ends) == sum(len(line.ends) for line in lines):
        session = 'min(mroom_bfd_session_up{line="$id"})'
        queries = tuple(Query(session.replace("$id", line.id), line.name) for line in lines)
        yield Panel(text("BFD", "BFD"), Kind.states, queries, states=BFD)


def _of(ground: Ground, expr: str, line: Line, end: End, ja: str = "", en: str = "") -> Query:
    at = f'element="{end.device}",port="{port(ground.site, end.device, line.id)}"'
    name = ground.site.devices[end.device].name
    return Query(
        expr.replace("$at", at),
        text(f"{line.name.ja}：{name.ja} {ja}".strip(), f"{line.name.en}, {name.en} {en}".strip()),
    )
