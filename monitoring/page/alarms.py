"""Open alarms as Alertmanager tells them: what is the cause, what only follows from it, what is silenced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitoring.alerts import catalogue
from monitoring.alerts.routes import DEAD_MAN
from monitoring.page.upstream import Away, Upstream

SEVERITIES = ("critical", "warning", "info")
"""The worst first."""


@dataclass(frozen=True)
class Alarm:
    """`stands`: "active" is a cause, "inhibited" follows from `by`, "silenced" is known work."""

    name: str
    severity: str
    element: str
    building: str
    owner: str
    since: str
    """RFC 3339, as Alertmanager has it."""
    summary: dict[str, str]
    """Language → text; at_risk the same: the systems that the element's loss touches."""
    at_risk: dict[str, str]
    stands: str
    by: tuple[str, ...] = ()
    """The alarms that inhibit it, as "name element"."""

    @property
    def runbook(self) -> str | None:
        """The name of its runbook; None for an alert that this suite does not make."""
        return self.name if self.name in {one.id for one in catalogue.load()} else None

    @property
    def rank(self) -> tuple[int, str, str, str]:
        order = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        return order, self.since, self.name, self.element


@dataclass(frozen=True)
class Alarms:
    open: tuple[Alarm, ...] = ()
    """The worst and oldest first."""
    dead_man: bool = False
    """Whether the sign is there that alarms get through."""


def ask(alertmanager: Upstream) -> Alarms:
    """What is open now. Raises Away."""
    rows = alertmanager.get("api/v2/alerts")
    try:
        return read(rows)
    except (KeyError, TypeError, AttributeError) as error:
        raise Away(f"{alertmanager.url} answered something else than alerts: {error!r}") from error


def read(rows: Iterable[Any]) -> Alarms:
    """From the rows of `/api/v2/alerts`. Raises KeyError, TypeError or AttributeError for anything else."""
    rows = list(rows)
    called = {row["fingerprint"]: _called(row["labels"]) for row in rows}
    found = [_alarm(row, called) for row in rows if row["labels"]["alertname"] != DEAD_MAN]
    return Alarms(tuple(sorted(found, key=lambda alarm: alarm.rank)), len(found) < len(rows))


def _called(labels: dict[str, str]) -> str:
    return f"{labels['alertname']} {labels.get('element', '')}".strip()


def _alarm(row: dict[str, Any], called: dict[str, str]) -> Alarm:
    labels, said, status = row["labels"], row.get("annotations", {}), row["status"]
    by = tuple(sorted(called.get(mark, mark) for mark in status.get("inhibitedBy") or ()))
    silenced = bool(status.get("silencedBy") or status.get("mutedBy"))
    return Alarm(
        name=labels["alertname"],
        severity=labels.get("severity", "info"),
        element=labels.get("element", ""),
        building=labels.get("building", ""),
        owner=labels.get("owner", ""),
        since=row["startsAt"],
        summary={lang: said.get(f"summary_{lang}") or _called(labels) for lang in ("ja", "en")},
        at_risk={lang: said.get(f"at_risk_{lang}", "") for lang in ("ja", "en")},
        stands="inhibited" if by else "silenced" if silenced else "active",
        by=by,
    )
