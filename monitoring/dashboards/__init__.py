"""Grafana's dashboards and what it is provisioned with, made from the inventory."""

from __future__ import annotations

from monitoring.dashboards.boards import boards
from monitoring.dashboards.write import write

__all__ = ["boards", "write"]
