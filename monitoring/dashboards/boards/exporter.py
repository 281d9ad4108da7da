"""The watching itself: devices that answer, how long asking takes, traps, and whether alarms get through."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.alerts.rules import Ground
from monitoring.dashboards.panel import ANSWERS, CRITICAL, OK, WARNING, Board, Kind, Panel, Query, text

NODE = text("{{element}}", "{{element}}")


def board(ground: Ground) -> Board:
    rows = (
        (text("問い合わせ", "Asking devices"), tuple(_asking())),
        (text("通知（トラップ）", "Traps"), tuple(_traps())),
        (text("監視と警報", "Watching and alarms"), tuple(_stack())),
    )
    return Board("exporter", text("監視のしくみ", "The watching itself"), rows if ground.room.agents else ())


def _asking() -> Iterator[Panel]:
    yield Panel(
        text("機器", "Devices"),
        Kind.lines,
        (Query("max by (state) (mroom_exporter_targets)", text("{{state}}", "{{state}}")),),
        least=0,
    )
    slow = "histogram_quantile($q, sum by (le) (rate(mroom_exporter_probe_duration_seconds_bucket[$__rate_interval])))"
    queries = tuple(Query(slow.replace("$q", q), text(f"{p}%", f"{p} %")) for q, p in (("0.5", "50"), ("0.95", "95")))
    yield Panel(text("問い合わせの時間", "How long asking takes"), Kind.lines, queries, "s", least=0)
    yield Panel(
        text("同時の問い合わせ（最大32）", "Asked at once (at most 32)"),
        Kind.lines,
        (Query("max by (element) (mroom_exporter_walks)", NODE),),
        least=0,
    )
    failed = "sum by (element) (rate(mroom_exporter_probes_failed_total[$__rate_interval]))"
    yield Panel(
        text("答えのない問い合わせ", "Probes without an answer"), Kind.lines, (Query(failed, NODE),), "cps", least=0
    )
    silent = "max by (element) (mroom_probe_success == 0)"
    yield Panel(
        text("応答しない機器", "Silent devices"),
        Kind.states,
        (Query(f"{silent} or count(mroom_probe_success) * 0 + 1", NODE),),
        states=ANSWERS,
    )
    slowest = "topk(5, max by (element) (mroom_probe_duration_seconds))"
    yield Panel(text("遅い機器", "Slow devices"), Kind.lines, (Query(slowest, NODE),), "s", least=0)


def _traps() -> Iterator[Panel]:
    taken = "sum by (version, pdu) (rate(mroom_traps_taken_total[$__rate_interval]))"
    yield Panel(
        text("受け取った通知", "Taken"),
        Kind.lines,
        (Query(taken, text("{{version}} {{pdu}}", "{{version}} {{pdu}}")),),
        "cps",
        least=0,
    )
    refused = "sum by (reason) (increase(mroom_traps_refused_total[1h])) > 0 or vector(0)"
    yield Panel(
        text("受け取らなかった通知（1時間）", "Not taken, in an hour"),
        Kind.lines,
        (Query(refused, text("{{reason}}", "{{reason}}")),),
        least=0,
    )
    lost = "sum(increase(mroom_traps_lost_total[1h]))"
    yield Panel(
        text("失われた通知（1時間）", "Lost, in an hour"),
        Kind.stat,
        (Query(lost, text("件", "messages")),),
        bounds=((None, OK), (1, CRITICAL)),
        width=4,
    )
    standing = "sum(mroom_trap_active) or vector(0)"
    yield Panel(
        text("通知だけによる警報", "Alarms by a trap alone"),
        Kind.stat,
        (Query(standing, text("件", "alarms")),),
        bounds=((None, OK), (1, WARNING)),
        width=4,
    )


def _stack() -> Iterator[Panel]:
    yield Panel(
        text("監視の役務", "Components"),
        Kind.states,
        (Query("min by (job, element) (up)", text("{{job}} {{element}}", "{{job}} {{element}}")),),
        states=ANSWERS,
    )
    yield Panel(
        text("Alertmanager の数", "Alertmanagers"),
        Kind.stat,
        (Query("min(alertmanager_cluster_members)", text("台", "members")),),
        bounds=((None, CRITICAL), (2, OK)),
        width=4,
    )
    failing = "sum(increase(alertmanager_notifications_failed_total[1h]))"
    yield Panel(
        text("届かなかった警報（1時間）", "Not delivered, in an hour"),
        Kind.stat,
        (Query(failing, text("件", "alarms")),),
        bounds=((None, OK), (1, CRITICAL)),
        width=4,
    )
    rules = "sum(increase(prometheus_rule_evaluation_failures_total[1h]))"
    yield Panel(
        text("失敗した規則（1時間）", "Rules that failed, in an hour"),
        Kind.stat,
        (Query(rules, text("回", "times")),),
        bounds=((None, OK), (1, CRITICAL)),
        width=4,
    )
