"""The jobs that this host accepted and that never reached the one that took over: kept for a person to decide on."""

from __future__ import annotations

from pathlib import Path

from mainframe_standin.durable import replace
from mainframe_standin.position import Position
from mainframe_standin.record import Record, decode


class Unreplicated:
    """A file of records in the journal's own form. Nothing here ever takes one out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        found = [decode(line) for line in lines]
        self._records = {one.position: one for one in found if one}
        if len(self._records) != len(lines):
            raise ValueError(f"{path}: {len(lines) - len(self._records)} of its lines are not readable, or twice there")

    def keep(self, records: list[Record]) -> None:
        """Add them; on disk when this returns, and only then may the journal forget them."""
        fresh = {one.position: one for one in records if one.position not in self._records}
        if fresh:
            merged = {**self._records, **fresh}
            replace(self._path, b"".join(one.encode() for one in merged.values()))
            self._records = merged

    def get(self, position: Position) -> Record | None:
        return self._records.get(position)

    def all(self) -> list[Record]:
        return [self._records[position] for position in sorted(self._records)]
