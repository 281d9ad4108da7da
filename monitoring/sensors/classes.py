"""The classes of readings: the unit of each, and its name and factor in Prometheus' base units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Class:
    """`unit` is that of a reading's value; value times `factor` is in `base`, the unit that Prometheus wants.

    `quantity` names the metric. A `counter` only ever grows.
    """

    unit: str
    quantity: str
    base: str = ""
    factor: float = 1.0
    counter: bool = False
    port: bool = False

    @property
    def metric(self) -> str:
        """The metric's name, in the Prometheus convention: what, unit, `_total` for counters."""
        return self._name(self.quantity)

    @property
    def limit_metric(self) -> str:
        """The name of the metric that holds the device's own limits."""
        return self._name(f"{self.quantity}_limit").removesuffix("_total")

    def _name(self, quantity: str) -> str:
        parts = ["mroom_port" if self.port else "mroom_sensor", quantity, self.base, "total" if self.counter else ""]
        return "_".join(part for part in parts if part)


CLASSES: dict[str, Class] = {
    "temperature": Class("celsius", "temperature", "celsius"),
    "humidity": Class("percent", "humidity", "ratio", 0.01),
    "voltage": Class("volt", "voltage", "volts"),
    "current": Class("ampere", "current", "amperes"),
    "power": Class("watt", "power", "watts"),
    "apparent_power": Class("volt-ampere", "apparent_power", "voltamperes"),
    "power_factor": Class("ratio", "power_factor", "ratio"),
    "power_consumed": Class("kWh", "energy", "joules", 3_600_000.0, counter=True),
    "frequency": Class("hertz", "frequency", "hertz"),
    "load": Class("percent", "load", "ratio", 0.01),
    "charge": Class("percent", "charge", "ratio", 0.01),
    "percent": Class("percent", "level", "ratio", 0.01),
    "runtime": Class("minute", "runtime", "seconds", 60.0),
    "delay": Class("second", "delay", "seconds"),
    "fanspeed": Class("rpm", "fan_speed", "rpm"),
    "cooling": Class("watt", "cooling", "watts"),
    "eer": Class("ratio", "energy_efficiency", "ratio"),
    "pressure": Class("kPa", "pressure", "pascals", 1000.0),
    "airflow": Class("cfm", "airflow", "cubic_metres_per_second", 0.0004719474432),
    "waterflow": Class("l/m", "waterflow", "cubic_metres_per_second", 1 / 60_000),
    "volume": Class("litre", "volume", "cubic_metres", 0.001),
    "dew_point": Class("celsius", "dew_point", "celsius"),
    "dbm": Class("dBm", "optical_power", "dbm"),
    "count": Class("count", "number"),
    "state": Class("state", "state"),
    "port_admin": Class("state", "admin_state", port=True),
    "port_oper": Class("state", "oper_state", port=True),
    "port_speed": Class("bit/s", "speed", "bytes_per_second", 0.125, port=True),
    "port_in": Class("octets", "receive", "bytes", counter=True, port=True),
    "port_out": Class("octets", "transmit", "bytes", counter=True, port=True),
}
"""Class → unit and metric. 1 cubic foot a minute is 0.3048³ / 60 m³/s, 1 l/min is 1/60,000 m³/s, 1 kWh is 3.6 MJ."""

STATE_CLASSES = frozenset({"state", "port_admin", "port_oper"})
"""Classes whose value is a number that stands for a word."""
