"""The dashboards; a further one is one more file here and one more name below."""

from __future__ import annotations

from monitoring.alerts.rules import Ground
from monitoring.dashboards.boards import cooling, entry, exporter, links, power, room, systems
from monitoring.dashboards.panel import Board

BOARDS = (room.board, power.board, cooling.board, entry.board, links.board, systems.board, exporter.board)


def boards(ground: Ground) -> list[Board]:
    """In the order of the menu. What is not in service, or cannot be asked, is on none."""
    return [made for make in BOARDS if (made := make(ground)).rows]
