"""Damaged inventories: every one gets a clear answer. A row a run: ok, and what was wrong (script/campaign mutate)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.inventory.mutate import damage, judge

ROWS_KEPT = False
"""Too many for bench/results: only how many there were, and the bad ones."""


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The runs start … start+count-1; raises nothing. `state` holds the damaged file of a run that was not well met."""
    return [_row(seed, number, state) for number in range(start, start + count)]


def _row(seed: int, number: int, state: Path) -> dict[str, Any]:
    found = damage(seed, number)
    wrong = judge(found)
    if wrong is None:
        return {"ok": True}
    kept = state / f"{seed}-{number}-{found.file}"
    kept.write_bytes(found.data)
    return {"ok": False, "what": wrong, "file": kept.name}
