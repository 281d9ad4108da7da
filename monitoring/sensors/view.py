"""What was walked, to be looked at by table, row and column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from monitoring.sensors.text import Value, text_of


def arcs(index: str) -> tuple[int, ...]:
    """An index as numbers."""
    return tuple(int(part) for part in index.split(".")) if index else ()


class View:
    """A device's values by OID (no leading dot)."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = values
        self.touched: set[str] = set()
        """Every OID that was looked at, whether it is there or not."""
        self._oids = sorted(values)
        self._below: dict[str, list[tuple[str, Value]]] = {}
        self._named: dict[str, dict[tuple[str, str], str]] = {}

    def get(self, oid: str) -> Value:
        self.touched.add(oid)
        return self.values.get(oid)

    def below(self, prefix: str, *, touch: bool = True) -> list[tuple[str, Value]]:
        """(index, value) of everything below an OID, in the order of the MIB; without `touch`, not counted as seen."""
        found = self._below.get(prefix)
        if found is None:
            # OIDs that begin alike are neighbours when sorted as text, too
            start = bisect_left(self._oids, prefix + ".")
            found = []
            for oid in self._oids[start:]:
                if not oid.startswith(prefix + "."):
                    break
                found.append((oid[len(prefix) + 1 :], self.values[oid]))
            found.sort(key=lambda pair: arcs(pair[0]))
            self._below[prefix] = found
        if touch:
            self.touched.update(f"{prefix}.{index}" for index, _ in found)
        return found

    def named(self, column: str, head: str, name: str) -> str | None:
        """The index, with all arcs but the last as in `head`, of the row that has this text in this column."""
        names = self._named.get(column)
        if names is None:
            names = {(index.rpartition(".")[0], text_of(value)): index for index, value in self.below(column)}
            self._named[column] = names
        return names.get((head, name))
