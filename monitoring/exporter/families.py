"""Which metric families there are, and what each means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from monitoring.sensors.classes import CLASSES, Class

SEVERITIES = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
SEVERITY, STATE_INFO = "mroom_sensor_severity", "mroom_sensor_state_info"


@dataclass(frozen=True)
class Family:
    name: str
    kind: str
    help_text: str


@cache
def family(class_: str) -> Family:
    """The family of a class of readings."""
    known = CLASSES[class_]
    return Family(known.metric, "counter" if known.counter else "gauge", _help(class_, known))


@cache
def limit_family(class_: str) -> Family:
    """The family of the limits of a class, told apart by the label `limit`."""
    known = CLASSES[class_]
    return Family(known.limit_metric, "gauge", f"The device's own limits of {known.metric}.")


SEVERITY_FAMILY = Family(
    SEVERITY, "gauge", "The device's own opinion of a reading: 0 ok, 1 warning, 2 critical, 3 unknown."
)
STATE_FAMILY = Family(STATE_INFO, "gauge", "What the number of mroom_sensor_state means; always 1.")


def _help(class_: str, known: Class) -> str:
    if class_ == "state":
        return "The number of a state, as the MIB of the device counts; mroom_sensor_state_info has its text."
    if class_ in {"port_admin", "port_oper"}:
        which = "ifAdminStatus" if class_ == "port_admin" else "ifOperStatus"
        return f"{which} of a port: 1 up, 2 down, 3 testing (IF-MIB)."
    if class_ == "count":
        return "Something counted; the label sensor tells what."
    what = known.quantity.replace("_", " ")
    return f"{what[0].upper()}{what[1:]} of a {'port' if known.port else 'sensor'}, in {known.base.replace('_', ' ')}."
