"""One reading of a device."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from monitoring.sensors.classes import CLASSES

LIMITS = ("low", "low_warn", "high_warn", "high")


@dataclass(frozen=True)
class Reading:
    """What one OID says.

    `value` and `limits` are in the unit of `class_` (`classes.CLASSES`), `listed` and `listed_class` as `mroom sensors`
    promises them, which differs only where the recordings' upstream does. `state` and `severity` are None where the
    device has no opinion.
    """

    class_: str
    descr: str
    oid: str
    value: float
    listed: float
    listed_class: str
    source: str
    """The device file."""
    group: str = ""
    state: str | None = None
    severity: str | None = None
    limits: dict[str, float] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        return CLASSES[self.class_].unit

    def document(self) -> dict[str, Any]:
        """The row that `mroom sensors --json` prints."""
        return {
            "class": self.listed_class,
            "descr": self.descr,
            "oid": self.oid,
            "value": _plain(self.listed),
            "unit": CLASSES[self.listed_class].unit,
            "state": self.state,
            "severity": self.severity,
            "group": self.group,
            "exact": {"class": self.class_, "value": _plain(self.value), "unit": self.unit},
            "limits": {name: _plain(limit) for name, limit in self.limits.items()},
            "source": self.source,
        }


def _plain(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
