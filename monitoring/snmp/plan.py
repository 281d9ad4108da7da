"""Which subtrees have to be walked for some device files: few requests, and little that nobody needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from monitoring.devices.definition import Definition, Table
from monitoring.devices.shelf import readings
from monitoring.sensors.decode import tables
from monitoring.sensors.look import parse

DENSE = 2
"""Neighbouring columns are walked as one when at most this many times as much is read as is needed."""


def subtrees(definition: Definition) -> tuple[str, ...]:
    """The subtrees of one file, in the order of the MIB, none inside another."""
    wanted: set[str] = set()
    for at, table in tables(definition):
        wanted.update(_columns(definition, table, at))
    return _merged(wanted)


def _columns(definition: Definition, table: Table, at: str) -> Iterable[str]:
    looks = {**definition.look, **table.look}
    for reading in readings(definition, table):
        yield f"{at}.{reading.column}"
        if reading.thresholds:
            yield reading.thresholds.at
    # all looks, not only those that are named: a look may follow another
    for text in looks.values():
        look = parse(text)
        yield look.oid if look.absolute else f"{at}.{look.oid}"


def _merged(columns: set[str]) -> tuple[str, ...]:
    by_parent: dict[str, list[int]] = defaultdict(list)
    for column in columns:
        parent, _, last = column.rpartition(".")
        by_parent[parent].append(int(last))
    found: set[str] = set()
    for parent, arcs in by_parent.items():
        whole = len(arcs) > 1 and max(arcs) <= DENSE * len(arcs)
        found.update([parent] if whole else [f"{parent}.{arc}" for arc in arcs])
    ordered = sorted(found, key=lambda oid: [int(arc) for arc in oid.split(".")])
    kept: list[str] = []
    for oid in ordered:
        if not kept or not oid.startswith(f"{kept[-1]}."):
            kept.append(oid)
    return tuple(kept)


def combined(definitions: Iterable[Definition]) -> list[tuple[str, str]]:
    """(subtree, file) for several files; what two of them need is walked once."""
    owner: dict[str, str] = {}
    for definition in definitions:
        for subtree in subtrees(definition):
            owner.setdefault(subtree, definition.id)
    ordered = sorted(owner, key=lambda oid: [int(arc) for arc in oid.split(".")])
    kept: list[tuple[str, str]] = []
    for oid in ordered:
        if not kept or not (oid.startswith(f"{kept[-1][0]}.") or oid == kept[-1][0]):
            kept.append((oid, owner[oid]))
    return kept
