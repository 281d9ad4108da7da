"""What each device of the facility answers over SNMP, from the state of its plant: OID, type and value.

Types are those of snmpd's pass_persist. Standard library only: it runs on a node. Sources: UPS-MIB (RFC 1628),
ENTITY-MIB (RFC 6933), ENTITY-SENSOR-MIB (RFC 3433), and the tables of a common make for what no standard covers:
PowerNet-MIB (enterprise 318) for PDUs and transfer switches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin.facility.physics import RUNNING, Plant

Row = tuple[str, str, str]
"""OID with a leading dot, type, value."""

UPS_MIB = ".1.3.6.1.2.1.33.1"
ENTITY, SENSOR = ".1.3.6.1.2.1.47.1.1.1.1", ".1.3.6.1.2.1.99.1.1.1"
PDU, SWITCH = ".1.3.6.1.4.1.318.1.1.26", ".1.3.6.1.4.1.318.1.1.8.5"
ROOTS = {
    "ups": (".1.3.6.1.2.1.33",),
    "pdus": (PDU,),
    "ats": (SWITCH,),
    "generators": (".1.3.6.1.2.1.47", ".1.3.6.1.2.1.99"),
    "coolers": (".1.3.6.1.2.1.47", ".1.3.6.1.2.1.99"),
    "monitors": (".1.3.6.1.2.1.47", ".1.3.6.1.2.1.99"),
}
"""Kind of element -> the subtrees that its agent answers from here."""
IDENTITY = {
    "pdus": ".1.3.6.1.4.1.318.1.3.4.6",
    "ats": ".1.3.6.1.4.1.318.1.3.11",
}
"""sysObjectID: PowerNet-MIB's masterSwitchrPDU2 and automaticXferSwitch; net-snmp's own for all others."""

LOW_BATTERY_SECONDS = 120.0
"""upsBatteryStatus is batteryLow below this: UPS-MIB's upsConfigLowBattTime, whose usual setting is 2 minutes."""
OTHER, VOLTS_AC, WATTS, CELSIUS, PERCENT_RH, RPM, TRUTH = 1, 3, 6, 8, 9, 10, 12
"""EntitySensorDataType (RFC 3433)."""
UNITS_SCALE = 9
"""EntitySensorDataScale `units`."""


@dataclass(frozen=True)
class Reading:
    """One row of ENTITY-SENSOR-MIB."""

    name: str
    kind: int
    value: float
    precision: int = 0
    unit: str = ""

    def integer(self) -> int:
        return round(self.value * 10.0**self.precision)


def rows(plant: Plant, name: str) -> list[Row]:
    """All that the agent of one element answers, sorted as SNMP walks."""
    kind = plant.plan["agents"][name]["kind"]
    found = _KINDS[kind](plant, name)
    return sorted(found, key=lambda row: [int(part) for part in row[0].split(".")[1:]])


def _ups(plant: Plant, name: str) -> list[Row]:
    battery, volts = plant.batteries[name], plant.plan["volts"]
    fed = plant.plan["ups"][name]["source"] in plant.live
    left, load = plant.remaining_seconds(name), plant.loads[name]
    low = not fed and left < LOW_BATTERY_SECONDS
    status = 4 if battery.joules <= 0 else 3 if low else 2
    source = 2 if name not in plant.live else 5 if not fed else 3
    watts = load if name in plant.live else 0.0
    percent = round(100 * watts / plant.plan["ups"][name]["capacity_watts"])
    alarms = [".1.3.6.1.2.1.33.1.6.3.2"] if not fed else []
    alarms += [".1.3.6.1.2.1.33.1.6.3.3"] if low else []
    return [
        (f"{UPS_MIB}.1.1.0", "string", "mroom twin"),
        (f"{UPS_MIB}.1.2.0", "string", "facility agent"),
        (f"{UPS_MIB}.1.5.0", "string", name),
        (f"{UPS_MIB}.1.6.0", "string", ""),
        (f"{UPS_MIB}.2.1.0", "integer", str(status)),
        (f"{UPS_MIB}.2.2.0", "integer", str(round(battery.on_battery))),
        (f"{UPS_MIB}.2.3.0", "integer", str(int(left // 60))),
        (f"{UPS_MIB}.2.4.0", "integer", str(round(100 * battery.ratio))),
        (f"{UPS_MIB}.2.5.0", "integer", str(round(10 * (216 + 48 * battery.ratio)))),
        (f"{UPS_MIB}.2.7.0", "integer", "25"),
        (f"{UPS_MIB}.3.2.0", "integer", "1"),
        (f"{UPS_MIB}.3.3.1.1.1", "integer", "1"),
        (f"{UPS_MIB}.3.3.1.2.1", "integer", str(round(10 * plant.plan["hertz"]) if fed else 0)),
        (f"{UPS_MIB}.3.3.1.3.1", "integer", str(round(volts) if fed else 0)),
        (f"{UPS_MIB}.4.1.0", "integer", str(source)),
        (f"{UPS_MIB}.4.2.0", "integer", str(round(10 * plant.plan["hertz"]) if name in plant.live else 0)),
        (f"{UPS_MIB}.4.3.0", "integer", "1"),
        (f"{UPS_MIB}.4.4.1.1.1", "integer", "1"),
        (f"{UPS_MIB}.4.4.1.2.1", "integer", str(round(volts) if name in plant.live else 0)),
        (f"{UPS_MIB}.4.4.1.3.1", "integer", str(round(10 * watts / volts))),
        (f"{UPS_MIB}.4.4.1.4.1", "integer", str(round(watts))),
        (f"{UPS_MIB}.4.4.1.5.1", "integer", str(percent)),
        (f"{UPS_MIB}.6.1.0", "gauge", str(len(alarms))),
        *((f"{UPS_MIB}.6.2.1.2.{index}", "objectid", oid) for index, oid in enumerate(alarms, 1)),
    ]


def _pdu(plant: Plant, name: str) -> list[Row]:
    watts, live = plant.loads[name], name in plant.live
    volts = plant.plan["volts"] if live else 0.0
    amperes = watts / plant.plan["volts"] if live else 0.0
    return [
        (f"{PDU}.2.1.3.1", "string", name),
        (f"{PDU}.4.1.1.1.1", "integer", "1"),
        (f"{PDU}.4.3.1.1.1", "integer", "1"),
        (f"{PDU}.4.3.1.2.1", "integer", "1"),
        (f"{PDU}.4.3.1.3.1", "string", name),
        (f"{PDU}.4.3.1.4.1", "integer", "2" if watts else "1"),
        (f"{PDU}.4.3.1.5.1", "integer", str(round(watts / 10))),
        (f"{PDU}.6.1.0", "integer", "1"),
        (f"{PDU}.6.3.1.1.1", "integer", "1"),
        (f"{PDU}.6.3.1.2.1", "integer", "1"),
        (f"{PDU}.6.3.1.3.1", "integer", "1"),
        (f"{PDU}.6.3.1.4.1", "integer", "2" if watts else "1"),
        (f"{PDU}.6.3.1.5.1", "integer", str(round(10 * amperes))),
        (f"{PDU}.6.3.1.6.1", "integer", str(round(volts))),
        (f"{PDU}.6.3.1.7.1", "integer", str(round(watts / 10))),
    ]


def _ats(plant: Plant, name: str) -> list[Row]:
    sources = plant.plan["ats"][name]["sources"]
    chosen = plant.source(name)
    live = [source in plant.live for source in sources]
    hertz = round(plant.plan["hertz"])
    table = [
        row
        for index, alive in enumerate(live, 1)
        for row in (
            (f"{SWITCH}.3.2.1.1.{index}", "integer", str(index)),
            (f"{SWITCH}.3.2.1.4.{index}", "integer", str(hertz if alive else 0)),
            (f"{SWITCH}.3.2.1.6.{index}", "string", sources[index - 1]),
            (f"{SWITCH}.3.3.1.1.{index}.1.1", "integer", str(index)),
            (f"{SWITCH}.3.3.1.3.{index}.1.1", "integer", str(round(plant.plan["volts"]) if alive else 0)),
        )
    ]
    return [
        (f"{SWITCH}.1.1.0", "integer", "2"),
        (f"{SWITCH}.1.2.0", "integer", str(sources.index(chosen) + 1 if chosen else 1)),
        (f"{SWITCH}.1.3.0", "integer", "2" if all(live) else "1"),
        (f"{SWITCH}.1.4.0", "integer", "2"),
        *table,
    ]


def _generator(plant: Plant, name: str) -> list[Row]:
    generator, volts = plant.generators[name], plant.plan["volts"]
    turns = name in plant.live
    hours = generator.litres / plant.plan["generators"][name]["burn_litres_per_hour"]
    return _entity(
        [
            Reading("Fuel level", OTHER, generator.litres, 1, "litres"),
            Reading("Run time left at full burn", OTHER, hours, 1, "hours"),
            Reading("Engine speed", RPM, 1800.0 if turns else 0.0, 0, "rpm"),
            Reading("Output voltage", VOLTS_AC, volts if turns else 0.0, 0, "V"),
            Reading("Running", TRUTH, 1.0 if generator.state == RUNNING else 2.0),
            Reading("Ready", TRUTH, 1.0 if name not in plant.out and generator.litres > 0 else 2.0),
        ]
    )


def _cooler(plant: Plant, name: str) -> list[Row]:
    room = plant.plan["coolers"][name]["room"]
    mates = [one for one, of in plant.plan["coolers"].items() if of["room"] == room and one in plant.live]
    share = plant.heat(room) / len(mates) if name in mates else 0.0
    return _entity(
        [
            Reading("Return air temperature", CELSIUS, plant.rooms[room] + 8.0, 1, "Celsius"),
            Reading("Supply air temperature", CELSIUS, plant.rooms[room], 1, "Celsius"),
            Reading("Cooling output", WATTS, min(share, plant.plan["coolers"][name]["watts"]), 0, "W"),
            Reading("Running", TRUTH, 1.0 if name in plant.live else 2.0),
        ]
    )


def _monitor(plant: Plant, name: str) -> list[Row]:
    return _entity(
        [_sensor(plant, sensor, one["kind"]) for sensor, one in plant.plan["sensors"].items() if one["monitor"] == name]
    )


def _sensor(plant: Plant, name: str, kind: str) -> Reading:
    value = plant.reading(name)
    if kind == "temperature":
        return Reading(name, CELSIUS, value, 1, "Celsius")
    if kind == "humidity":
        return Reading(name, PERCENT_RH, value, 1, "%RH")
    return Reading(name, TRUTH, 1.0 if value else 2.0, 0, kind)


def _entity(readings: list[Reading]) -> list[Row]:
    found: list[Row] = [
        (f"{ENTITY}.2.1", "string", "mroom twin facility agent"),
        (f"{ENTITY}.5.1", "integer", "3"),
        (f"{ENTITY}.7.1", "string", "chassis"),
    ]
    for index, reading in enumerate(readings, 2):
        found += [
            (f"{ENTITY}.2.{index}", "string", reading.name),
            (f"{ENTITY}.4.{index}", "integer", "1"),
            (f"{ENTITY}.5.{index}", "integer", "8"),
            (f"{ENTITY}.7.{index}", "string", reading.name),
            (f"{SENSOR}.1.{index}", "integer", str(reading.kind)),
            (f"{SENSOR}.2.{index}", "integer", str(UNITS_SCALE)),
            (f"{SENSOR}.3.{index}", "integer", str(reading.precision)),
            (f"{SENSOR}.4.{index}", "integer", str(reading.integer())),
            (f"{SENSOR}.5.{index}", "integer", "1"),
            (f"{SENSOR}.6.{index}", "string", reading.unit or "truth"),
        ]
    return found


_KINDS: dict[str, Callable[[Plant, str], list[Row]]] = {
    "ups": _ups,
    "pdus": _pdu,
    "ats": _ats,
    "generators": _generator,
    "coolers": _cooler,
    "monitors": _monitor,
}
