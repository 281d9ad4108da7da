"""What power, cooling and heat do in one building from one moment to the next: pure, no clock of its own.

It runs on a node of the twin, so: standard library only. Times are simulated seconds; whoever calls `step` may let
them pass faster than a clock does. The constants are ours and typical, not those of any real room; what the inventory
knows (tank, burn rate, start time, battery run time, cooling capacity) comes from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SET_POINT_CELSIUS = 22.0
"""What the coolers keep a room at."""
GAIN_WATTS_PER_KELVIN = 8000.0
"""How much more a cooler takes away for each kelvin above the set point, up to its capacity."""
HEAT_CAPACITY_SECONDS_PER_KELVIN = 40.0
"""Without any cooling the room warms by one kelvin in this time at its usual load."""
OUTSIDE_CELSIUS = 34.0
"""A summer day: a room without cooling and load drifts towards it."""
DRIFT_SECONDS = 7200.0
"""Time constant of that drift, through walls."""
RECHARGE_SECONDS = 8 * 3600.0
"""An empty battery is full again after this long."""
RETURN_SECONDS = 60.0
"""A generator runs on for so long after commercial power came back."""
HUMIDITY_PERCENT = 45.0
"""Relative humidity at the set point; the same air is relatively drier when it is warmer."""
HALVING_KELVIN = 11.0
"""Relative humidity of the same air halves with about this rise (saturation pressure near 25 degrees Celsius)."""
AREA_KELVIN = {"cold": 0.0, "hot": 11.0, "floor": -3.0, "ups": 3.0}
"""How much warmer a part of the room is than its supply air, by the last word of the area's id."""

OFF, STARTING, RUNNING, EMPTY = "off", "starting", "running", "empty"


@dataclass
class Generator:
    litres: float
    state: str = OFF
    since: float = 0.0
    """Simulated seconds in this state."""
    rest: float = 0.0
    """Seconds since commercial power came back."""


@dataclass
class Battery:
    joules: float
    full: float
    on_battery: float = 0.0
    """Seconds on battery, 0 on mains."""

    @property
    def ratio(self) -> float:
        return self.joules / self.full if self.full else 0.0


@dataclass
class Plant:
    """One building. `plan` is what plan.py makes of the inventory."""

    plan: dict[str, Any]
    out: set[str] = field(default_factory=set)
    """What is broken: it gives nothing, whatever feeds it."""
    pinned: dict[str, float] = field(default_factory=dict)
    """Sensor -> what it shows, whatever the physics say."""
    generators: dict[str, Generator] = field(default_factory=dict)
    batteries: dict[str, Battery] = field(default_factory=dict)
    rooms: dict[str, float] = field(default_factory=dict)
    """Room -> degrees Celsius of its supply air."""
    live: set[str] = field(default_factory=set)
    """What has power and gives it on."""
    loads: dict[str, float] = field(default_factory=dict)
    """PDU or UPS -> watts."""

    def __post_init__(self) -> None:
        for name, one in self.plan["generators"].items():
            self.generators.setdefault(name, Generator(one["tank_litres"]))
        for name in self.plan["rooms"]:
            self.rooms.setdefault(name, SET_POINT_CELSIUS)
        for name, one in self.plan["ups"].items():
            full = one["runtime_seconds"] * max(self._usual(name), 1.0)
            self.batteries.setdefault(name, Battery(full, full))
        self._settle()

    def step(self, seconds: float) -> None:
        """Let so much time pass. Steps longer than a second are cut into seconds, so that nothing is jumped over."""
        while seconds > 0:
            now = min(seconds, 1.0)
            self._settle()
            self._generate(now)
            self._drain(now)
            self._warm(now)
            seconds -= now
        self._settle()

    def source(self, ats: str) -> str | None:
        """What a transfer switch feeds from: the first of its sources that is alive."""
        return next((one for one in self.plan["ats"][ats]["sources"] if one in self.live), None)

    def remaining_seconds(self, ups: str) -> float:
        """How long the battery lasts at the present load."""
        battery = self.batteries[ups]
        return battery.joules / max(self.loads.get(ups, 0.0), 1.0)

    def temperature(self, room: str, area: str) -> float:
        return self.rooms[room] + AREA_KELVIN.get(area.rsplit("-", 1)[-1], 0.0)

    def humidity(self, room: str, area: str) -> float:
        """Percent."""
        warmer = self.temperature(room, area) - SET_POINT_CELSIUS
        return float(min(100.0, HUMIDITY_PERCENT * 2.0 ** (-warmer / HALVING_KELVIN)))

    def heat(self, room: str) -> float:
        """Watts that the machines of a room give off now."""
        return float(
            sum(
                machine["watts"]
                for machine in self.plan["machines"].values()
                if machine["room"] == room and any(pdu in self.live for pdu in machine["pdus"])
            )
        )

    def reading(self, sensor: str) -> float:
        """What a sensor shows: degrees Celsius, percent, or 1 for a leak or smoke."""
        one = self.plan["sensors"][sensor]
        if sensor in self.pinned:
            return self.pinned[sensor]
        if one["kind"] == "temperature":
            return self.temperature(one["room"], one["area"])
        if one["kind"] == "humidity":
            return self.humidity(one["room"], one["area"])
        return 0.0

    def _alive(self, kind: str, name: str) -> bool:
        one = self.plan[kind][name]
        sources = one.get("sources") or [one["source"]]
        return name not in self.out and any(source in self.live for source in sources)

    def _settle(self) -> None:
        """What is alive now, from the street to the outlet, and what it carries."""
        self.live = {name for name in self.plan["utilities"] if name not in self.out}
        running = {name for name, one in self.generators.items() if one.state == RUNNING and name not in self.out}
        self.live |= running
        self.live |= {name for name in self.plan["ats"] if self._alive("ats", name)}
        for name, battery in self.batteries.items():
            if name not in self.out and (self._alive("ups", name) or battery.joules > 0):
                self.live.add(name)
        self.live |= {name for name in self.plan["pdus"] if self._alive("pdus", name)}
        self.live |= {name for name in self.plan["coolers"] if self._alive("coolers", name)}
        self.loads = dict.fromkeys([*self.plan["pdus"], *self.plan["ups"]], 0.0)
        for machine in self.plan["machines"].values():
            cords = [pdu for pdu in machine["pdus"] if pdu in self.live]
            for pdu in cords:
                self.loads[pdu] += machine["watts"] / len(cords)
        for name, pdu in self.plan["pdus"].items():
            if pdu["source"] in self.loads:
                self.loads[pdu["source"]] += self.loads[name]

    def _usual(self, ups: str) -> float:
        """Watts of a UPS while all is well: the load at which the inventory's run time holds."""
        pdus = {name for name, one in self.plan["pdus"].items() if one["source"] == ups}
        return sum(
            float(machine["watts"]) * sum(pdu in pdus for pdu in machine["pdus"]) / max(len(machine["pdus"]), 1)
            for machine in self.plan["machines"].values()
        )

    def _generate(self, seconds: float) -> None:
        for name, generator in self.generators.items():
            needs = [one for one in self.plan["ats"].values() if name in one["sources"]]
            wanted = any(all(s not in self.live for s in one["sources"] if s != name) for one in needs)
            generator.rest = 0.0 if wanted else generator.rest + seconds
            self._advance(name, generator, wanted=wanted)
            generator.since += seconds
            if generator.state == RUNNING:
                burnt = self.plan["generators"][name]["burn_litres_per_hour"] * seconds / 3600
                generator.litres = max(0.0, generator.litres - burnt)

    def _advance(self, name: str, generator: Generator, *, wanted: bool) -> None:
        before = generator.state
        if generator.litres <= 0:
            generator.state = EMPTY
        elif before == EMPTY or name in self.out:
            generator.state = OFF
        elif before == OFF and wanted:
            generator.state = STARTING
        elif before == STARTING and generator.since >= self.plan["generators"][name]["start_seconds"]:
            generator.state = RUNNING
        elif before != OFF and not wanted and generator.rest >= RETURN_SECONDS:
            generator.state = OFF
        if generator.state != before:
            generator.since = 0.0

    def _drain(self, seconds: float) -> None:
        for name, battery in self.batteries.items():
            if self._alive("ups", name):
                battery.on_battery = 0.0
                battery.joules = min(battery.full, battery.joules + battery.full * seconds / RECHARGE_SECONDS)
            elif name in self.live:
                battery.on_battery += seconds
                battery.joules = max(0.0, battery.joules - self.loads[name] * seconds)

    def _warm(self, seconds: float) -> None:
        for room, degrees in self.rooms.items():
            usual = max(self.plan["rooms"][room]["watts"], 1.0)
            heat = self.heat(room)
            coolers = {name: one for name, one in self.plan["coolers"].items() if one["room"] == room}
            if not coolers:
                continue  # aired with the building
            able = sum(one["watts"] for name, one in coolers.items() if name in self.live)
            wanted = heat + GAIN_WATTS_PER_KELVIN * (degrees - SET_POINT_CELSIUS)
            change = (heat - min(max(wanted, 0.0), able)) / (usual * HEAT_CAPACITY_SECONDS_PER_KELVIN)
            drift = (OUTSIDE_CELSIUS - degrees) / DRIFT_SECONDS if able == 0 else 0.0
            self.rooms[room] = degrees + (change + drift) * seconds
