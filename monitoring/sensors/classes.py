"""The classes of readings: the unit of each, and its name and factor in Prometheus' base units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Class:
    """`unit` is that of a reading's value; value times `factor` is the metric's, whose name ends in the base unit."""

    unit: str
    metric: str
    factor: float = 1.0
    counter: bool = False
    """Only ever grows: exported as a counter, whose name ends in `_total`."""


CLASSES: dict[str, Class] = {
    "temperature": Class("celsius", "temperature_celsius"),
    "humidity": Class("percent", "humidity_ratio", 0.01),
    "voltage": Class("volt", "voltage_volts"),
    "current": Class("ampere", "current_amperes"),
    "power": Class("watt", "power_watts"),
    "apparent_power": Class("volt-ampere", "apparent_power_voltamperes"),
    "power_factor": Class("ratio", "power_factor_ratio"),
    "power_consumed": Class("kWh", "energy_joules", 3_600_000.0, counter=True),
    "frequency": Class("hertz", "frequency_hertz"),
    "load": Class("percent", "load_ratio", 0.01),
    "charge": Class("percent", "charge_ratio", 0.01),
    "percent": Class("percent", "level_ratio", 0.01),
    "runtime": Class("minute", "runtime_seconds", 60.0),
    "delay": Class("second", "delay_seconds"),
    "fanspeed": Class("rpm", "fan_speed_rpm"),
    "cooling": Class("watt", "cooling_watts"),
    "eer": Class("ratio", "energy_efficiency_ratio"),
    "pressure": Class("kPa", "pressure_pascals", 1000.0),
    "airflow": Class("cfm", "airflow_cubic_metres_per_second", 0.0004719474432),
    "waterflow": Class("l/m", "waterflow_cubic_metres_per_second", 1 / 60_000),
    "dew_point": Class("celsius", "dew_point_celsius"),
    "dbm": Class("dBm", "optical_power_dbm"),
    "count": Class("count", "count"),
    "state": Class("state", "state"),
    "port_admin": Class("state", "port_admin"),
    "port_oper": Class("state", "port_oper"),
    "port_speed": Class("bit/s", "port_speed_bits_per_second"),
    "port_in": Class("octets", "port_receive_bytes", counter=True),
    "port_out": Class("octets", "port_transmit_bytes", counter=True),
}
"""Class → unit and metric. 1 cubic foot a minute is 0.3048³ / 60 m³/s, 1 l/min is 1/60,000 m³/s, 1 kWh is 3.6 MJ."""

STATE_CLASSES = frozenset({"state", "port_admin", "port_oper"})
"""Classes whose value is a number that stands for a word."""
