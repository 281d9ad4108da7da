"""Every metric that an alert may stand on: who emits it, and honestly which ones nobody emits yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monitoring.alerts.redundancy import FAMILY as REDUNDANCY
from monitoring.exporter.families import SEVERITY_FAMILY, STATE_FAMILY, family, limit_family
from monitoring.sensors.classes import CLASSES

EXPORTER, OWN, NOBODY = "exporter, `/probe`", "exporter, `/metrics`", "not emitted yet"
ENTRY = "exporter, `/metrics`, where entry records are kept"
TRAPS = "receiver of traps, `/metrics`"
RULES, PROMETHEUS, ALERTMANAGER = "recording rule", "Prometheus itself", "Alertmanager itself"


@dataclass(frozen=True)
class Metric:
    name: str
    kind: str
    by: str
    labels: str
    meaning: str

    @property
    def emitted(self) -> bool:
        return self.by != NOBODY


_TARGET = "element, kind, building, room, rack"
_PROBE = (
    Metric("mroom_probe_success", "gauge", EXPORTER, _TARGET, "1 when the device answered."),
    Metric("mroom_probe_duration_seconds", "gauge", EXPORTER, _TARGET, "How long asking took."),
    Metric("mroom_probe_failure_info", "gauge", EXPORTER, f"{_TARGET}, reason", "Why it did not answer."),
    Metric(
        "mroom_probe_subtree_success", "gauge", EXPORTER, f"{_TARGET}, subtree, source", "1 when walked to its end."
    ),
    Metric("mroom_probe_subtree_duration_seconds", "gauge", EXPORTER, f"{_TARGET}, subtree, source", "Its duration."),
)
_OWN = (
    Metric("mroom_exporter_targets", "gauge", OWN, "state", "Devices that were asked for, by what became of them."),
    Metric("mroom_exporter_walks", "gauge", OWN, "", "Devices that are walked at this moment."),
    Metric("mroom_exporter_probe_duration_seconds_bucket", "histogram", OWN, "le", "How long probes took."),
    Metric("mroom_exporter_probes_failed_total", "counter", OWN, "", "Probes of devices that did not answer."),
    Metric("process_start_time_seconds", "gauge", OWN, "", "When the process began."),
    Metric("up", "gauge", PROMETHEUS, "job, instance", "1 when the last scrape succeeded."),
    Metric("prometheus_rule_evaluation_failures_total", "counter", PROMETHEUS, "rule_group", "Rules that failed."),
    Metric("prometheus_notifications_alertmanagers_discovered", "gauge", PROMETHEUS, "", "Alertmanagers it can tell."),
    Metric("alertmanager_cluster_members", "gauge", ALERTMANAGER, "", "Members of its cluster, itself included."),
    Metric("alertmanager_notifications_failed_total", "counter", ALERTMANAGER, "integration", "Not delivered."),
)
_ENTRY = (
    Metric("mroom_door_events_total", "counter", ENTRY, "door, direction, result", "What happened at doors."),
    Metric("mroom_entry_alarm", "gauge", ENTRY, "fact, element", "1 while something that lasts is out of order."),
    Metric("mroom_entry_up", "gauge", ENTRY, "", "1 when the entry records can be read."),
    Metric("mroom_entry_facts_total", "counter", ENTRY, "fact, element", "What was out of order."),
    Metric("mroom_entry_inside", "gauge", ENTRY, "room", "How many people are in a room."),
    Metric("mroom_entry_lines_total", "counter", ENTRY, "what, reason", "Records read, and what became of them."),
    Metric("mroom_entry_last_record_timestamp_seconds", "gauge", ENTRY, "controller", "When it told something last."),
    Metric("mroom_entry_unread_bytes", "gauge", ENTRY, "kind", "Of files that were seen and not yet read."),
    Metric("mroom_entry_aside", "gauge", ENTRY, "", "Lines that nobody could read and that are kept."),
)
_TRAPS = (
    Metric("mroom_trap_active", "gauge", TRAPS, "alert, element", "1 while an alarm stands by a trap alone."),
    Metric("mroom_traps_taken_total", "counter", TRAPS, "version, pdu", "Notifications that were taken."),
    Metric("mroom_traps_refused_total", "counter", TRAPS, "reason", "Messages that were not."),
    Metric("mroom_traps_meaningless_total", "counter", TRAPS, "", "Notifications that no file gives a meaning."),
    Metric("mroom_traps_lost_total", "counter", TRAPS, "where", "Messages that there was no place for."),
    Metric("mroom_traps_waiting", "gauge", TRAPS, "", "Messages in the queue."),
    Metric("mroom_traps_socket_buffer_bytes", "gauge", TRAPS, "", "What the kernel grants the socket."),
    Metric("mroom_traps_engines", "gauge", TRAPS, "", "SNMP engines that proved a passphrase."),
    Metric("mroom_traps_alarms_told_total", "counter", TRAPS, "", "Alarms that Alertmanager took."),
    Metric("mroom_traps_deliveries_failed_total", "counter", TRAPS, "", "Posts that an Alertmanager did not take."),
    Metric("mroom_traps_delivery_seconds_bucket", "histogram", TRAPS, "le", "From coming to Alertmanager's taking."),
)
_RECORDED = (
    Metric("mroom:probe_success:ratio", "gauge", RULES, "building, kind", "Share of the devices that answer."),
    Metric("mroom:pdu_power:watts", "gauge", RULES, "building", "What the PDUs of a building deliver."),
    Metric("mroom:coolers_running:count", "gauge", RULES, "room", "Coolers that run."),
    Metric("mroom:vapour_pressure:pascals", "gauge", RULES, "element, room", "Of the air of a zone (Magnus formula)."),
)
_WANTED = (
    Metric(REDUNDANCY.name, REDUNDANCY.kind, NOBODY, "pair, state", REDUNDANCY.help_text),
    Metric("mroom_line_loss_ratio", "gauge", NOBODY, "line, direction", "Lost probes, sent over each line by itself."),
    Metric("mroom_bfd_session_up", "gauge", NOBODY, "element, line", "1 when the BFD session of a line is up."),
    Metric("mroom_system_up", "gauge", NOBODY, "system, probe, from", "1 when the system serves, seen from a place."),
    Metric("mroom_exchange_up", "gauge", NOBODY, "exchange", "1 when data arrives at the other system."),
    Metric("mroom_backup_age_seconds", "gauge", NOBODY, "system", "Age of the newest usable copy."),
    Metric("mroom_ntp_offset_seconds", "gauge", NOBODY, "element", "Offset of a clock from its sources."),
    Metric("mroom_certificate_expiry_timestamp_seconds", "gauge", NOBODY, "element, subject", "When it ends."),
    Metric("mroom_camera_up", "gauge", NOBODY, "camera", "1 when RTSP answers and a frame arrives."),
    Metric("mroom_recording_gap_seconds", "gauge", NOBODY, "camera", "Longest gap of the last hour's recording."),
    Metric("mroom_console_up", "gauge", NOBODY, "console", "1 when Redfish answers."),
    Metric("mroom_drill_overdue", "gauge", NOBODY, "drill", "1 when a drill was not run in time."),
    Metric("mroom_drill_in_progress", "gauge", NOBODY, "", "1 while a drill runs."),
)


@cache
def table() -> dict[str, Metric]:
    """By name, in the order of the page."""
    sensors: dict[str, Metric] = {}
    for class_ in CLASSES:
        for one in (family(class_), limit_family(class_)):
            own = "port, index" if CLASSES[class_].port else "sensor, group, oid"
            own += ", limit" if one.name.endswith("limit") or "_limit_" in one.name else ""
            sensors.setdefault(one.name, Metric(one.name, one.kind, EXPORTER, f"{_TARGET}, {own}", one.help_text))
    for one in (SEVERITY_FAMILY, STATE_FAMILY):
        own = "sensor, group, oid" + (", state" if one is STATE_FAMILY else "")
        sensors[one.name] = Metric(one.name, one.kind, EXPORTER, f"{_TARGET}, {own}", one.help_text)
    return {**sensors, **{one.name: one for one in (*_PROBE, *_OWN, *_ENTRY, *_TRAPS, *_RECORDED, *_WANTED)}}


_NAME = re.compile(
    r"\b((?:mroom|prometheus|alertmanager|process)[:_][a-z0-9_:]+|up)(?=\s*[{)\[=<>]|\s*$|\s+(?:==|<|>))"
)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')


def named(expr: str) -> list[str]:
    """The metrics that an expression names."""
    return list(dict.fromkeys(_NAME.findall(_QUOTED.sub('""', expr))))


def unknown(exprs: Iterable[str]) -> list[str]:
    """Metrics that expressions name and this table does not."""
    known = table()
    return sorted({name for expr in exprs for name in named(expr) if name not in known})


def page() -> str:
    """docs/metrics.md."""
    rows = [
        f"| `{one.name}` | {one.kind} | {one.by if one.emitted else f'**{one.by}**'} | {one.labels} | {one.meaning} |"
        for one in table().values()
    ]
    top = """# Metrics

<!-- Written by script/docs from monitoring/alerts/metrics.py: change it there. -->

Every metric that a rule may name. `element`, `kind`, `building`, `room` and `rack` come with the target (`/sd`). What
is "not emitted yet" is defined here so that rules can be written; an alert over it never fires, and the coverage test
lists it as such.

| metric | type | by | labels | meaning |
|---|---|---|---|---|
"""
    return top + "\n".join(rows) + "\n"
