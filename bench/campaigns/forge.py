"""Forged bundles: each edit is found and named. A row a run: ok, and what was missed (script/campaign forge)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.audit.forge import forge, judge

ROWS_KEPT = False
"""Too many for bench/results: only how many there were, and the bad ones."""


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The runs start … start+count-1; raises nothing. `state` holds the bundle of a run whose edit was not found."""
    return [_row(seed, number, state) for number in range(start, start + count)]


def _row(seed: int, number: int, state: Path) -> dict[str, Any]:
    own, forged = forge(seed, number)
    wrong = judge(own, forged)
    if wrong is None:
        return {"ok": True}
    kept = state / f"{seed}-{number}.tar"
    kept.write_bytes(forged.data)
    return {"ok": False, "what": wrong, "file": kept.name}
