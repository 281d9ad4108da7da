"""Recording and alerting rules, what inhibits what, routes, silences and runbooks: all from the inventory and texts."""

from __future__ import annotations

from monitoring.alerts.catalogue import AlertsInvalid, load
from monitoring.alerts.definition import Alert
from monitoring.alerts.write import write

__all__ = ["Alert", "AlertsInvalid", "load", "write"]
