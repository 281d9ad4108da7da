"""Limits that the device itself has for a reading."""

from __future__ import annotations

from monitoring.devices.definition import Limits, Reading, Thresholds
from monitoring.sensors.look import Row
from monitoring.sensors.number import as_int, number, scaled
from monitoring.sensors.reading import LIMITS

_SUFFIX = {10: "_warn", 20: "", 30: ""}
"""EntitySensorThresholdSeverity (CISCO-ENTITY-SENSOR-MIB): minor(10) is a warning; major(20), critical(30) are more."""
_SIDE = {1: "low", 2: "low", 3: "high", 4: "high"}
"""EntitySensorThresholdRelation: lessThan(1), lessOrEqual(2), greaterThan(3), greaterOrEqual(4)."""


def limits_of(reading: Reading, row: Row, by: float) -> dict[str, float]:
    """Limit → number in the reading's unit; only those that the device gives."""
    found: dict[str, float] = {}
    if reading.limits:
        found |= _given(reading, reading.limits, row, by)
    if reading.thresholds:
        found |= _listed(reading, reading.thresholds, row, by)
    return found


def _given(reading: Reading, limits: Limits, row: Row, by: float) -> dict[str, float]:
    found = {}
    for name in LIMITS:
        limit = getattr(limits, name)
        if isinstance(limit, str):
            raw = number(row.get(limit))
            if raw is None or raw in limits.skip:
                continue
            found[name] = scaled(reading, raw, 1 / limits.divisor if limits.divisor else by)
        elif limit is not None:
            found[name] = float(limit)
    return found


def _listed(reading: Reading, table: Thresholds, row: Row, by: float) -> dict[str, float]:
    found = {}
    for index, severity in row.view.below(f"{table.at}.{table.severity}.{row.index}"):
        side = _SIDE.get(as_int(row.view.get(f"{table.at}.{table.relation}.{row.index}.{index}")))
        suffix = _SUFFIX.get(as_int(severity))
        limit = number(row.view.get(f"{table.at}.{table.value}.{row.index}.{index}"))
        if side and suffix is not None and limit is not None:
            found[side + suffix] = scaled(reading, limit, by)
    return found
