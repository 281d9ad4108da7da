"""What alerts are made for: one subject for each element, pair, zone of sensors or place of the inventory.

A subject has the values that expressions name. An element without an address answers nobody and is no subject of an
alert that asks it. What is retired is not watched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from inventory import place
from inventory.graph.facility import cooling
from inventory.kinds import word
from inventory.model import Element, Line, Sensor, SensorKind, Site, Text
from monitoring.alerts.text import one_of
from monitoring.exporter.discovery import targets

NOBODY = "noc-desk"
"""Who gets what nobody owns."""
START_MARGIN = 3.0
"""How many times the generator's start a UPS must last: ours; one start, one retry, one to load it."""


@dataclass(frozen=True)
class Subject:
    """`id` is the label `element`; `values` are what `$names` stand for."""

    id: str
    kind: str
    building: str
    owner: str
    name: Text
    values: dict[str, str] = field(default_factory=dict)
    stands_for: tuple[str, ...] = ()
    """The elements of the graph that it is about, where that is not `id` itself."""

    @property
    def nodes(self) -> tuple[str, ...]:
        return self.stands_for or (self.id,)


@dataclass(frozen=True)
class Room:
    """A site as the scopes see it: without what is retired, and with the ids of those that answer SNMP."""

    site: Site
    today: dt.date
    agents: frozenset[str]

    def elements(self, collection: str) -> Iterator[Any]:
        for element in getattr(self.site, collection).values():
            if not (element.retired and element.retired <= self.today):
                yield element

    def subject(self, collection: str, element: Element, **values: str) -> Subject:
        building = place.building(self.site, collection, element) or ""
        owner = place.owner(self.site, collection, element) or NOBODY
        return Subject(element.id, word(collection), building, owner, element.name, {"id": element.id, **values})

    def fed_by(self, id_: str) -> list[str]:
        """The PDUs that answer and hang on a UPS."""
        return [pdu.id for pdu in self.elements("pdus") if pdu.source == id_ and pdu.id in self.agents]


def look(site: Site, today: dt.date) -> Room:
    return Room(site, today, frozenset(one["labels"]["element"] for one in targets(site, today)))


def pairs(site: Site) -> list[tuple[Line, Line]]:
    """The pairs of lines, each once."""
    found = []
    for line in site.lines.values():
        if line.pair and line.pair in site.lines and line.id < line.pair:
            found.append((line, site.lines[line.pair]))
    return found


def pair_id(pair: tuple[Line, Line]) -> str:
    """The label `pair`: both ids, as in the metrics."""
    return "+".join(line.id for line in pair)


def port(site: Site, device: str, line: str) -> str:
    """The interface of a line's end."""
    return str(site.devices[device].ports.get(line, line))


def _once(room: Room) -> Iterator[Subject]:
    site = room.site.site
    yield Subject(site.name, "site", "", NOBODY, site.title, {"id": site.name, "agents": str(len(room.agents))})


def _agents(room: Room) -> Iterator[Subject]:
    for entry in targets(room.site, room.today):
        found = place.find(room.site, entry["labels"]["element"])
        if found:
            yield room.subject(*found)


def _all(collection: str) -> Callable[[Room], Iterator[Subject]]:
    return lambda room: (room.subject(collection, element) for element in room.elements(collection))


def _polled(collection: str) -> Callable[[Room], Iterator[Subject]]:
    return lambda room: (room.subject(collection, one) for one in room.elements(collection) if one.id in room.agents)


def _utilities(room: Room) -> Iterator[Subject]:
    for utility in room.elements("utilities"):
        switches = [one.id for one in room.elements("ats") if utility.id in one.sources and one.id in room.agents]
        if switches:
            yield room.subject("utilities", utility, ats=one_of(switches))


def _generators(room: Room) -> Iterator[Subject]:
    for one in room.elements("generators"):
        switches = [ats for ats in room.elements("ats") if one.id in ats.sources and ats.id in room.agents]
        mains = sorted({source for ats in switches for source in ats.sources if source in room.site.utilities})
        if one.id in room.agents and switches:
            yield room.subject(
                "generators", one, required=f"{one.required_hours * 3600:.0f}", hours=f"{one.required_hours:g}",
                late=f"{one.start_seconds * 1.5:.0f}s", ats=one_of([ats.id for ats in switches]), mains=one_of(mains),
            )  # fmt: skip


def _ups(room: Room) -> Iterator[Subject]:
    generators = room.site.generators
    for one in room.elements("ups"):
        source = room.site.ats.get(one.source)
        starts = [generators[id_].start_seconds for id_ in (source.sources if source else ()) if id_ in generators]
        if one.id in room.agents:
            start = max(starts, default=0.0)
            need = START_MARGIN * start if starts else one.runtime_seconds / 2
            yield room.subject("ups", one, needed=f"{need:.0f}", start=f"{start:.0f}", pdus=one_of(room.fed_by(one.id)))


def _coolings(room: Room) -> Iterator[Subject]:
    for one in room.elements("rooms"):
        coolers = [id_ for id_ in (one.cooling.of if one.cooling else ()) if id_ in room.agents]
        if one.cooling and len(coolers) == len(one.cooling.of):
            made = room.subject("rooms", one, coolers=one_of(coolers), need=str(one.cooling.any), all=str(len(coolers)))
            yield replace(made, stands_for=(cooling(one),))


def _racks(room: Room) -> Iterator[Subject]:
    for rack in room.elements("racks"):
        pdus = [one.id for one in room.elements("pdus") if one.rack == rack.id and one.id in room.agents]
        if pdus:
            yield room.subject("racks", rack, pdus=one_of(pdus))


def _buildings(room: Room) -> Iterator[Subject]:
    for building in room.elements("buildings"):
        yield room.subject("buildings", building)


def _sensors(*kinds: SensorKind) -> Callable[[Room], Iterator[Subject]]:
    def found(room: Room) -> Iterator[Subject]:
        for sensor in room.elements("sensors"):
            if sensor.kind in kinds and sensor.monitor in room.agents:
                yield room.subject("sensors", sensor, **_of_sensor(room, sensor))

    return found


METRIC = {
    SensorKind.temperature: ("mroom_sensor_temperature_celsius", 1.0),
    SensorKind.humidity: ("mroom_sensor_humidity_ratio", 0.01),
    SensorKind.leak: ("mroom_sensor_severity", 1.0),
    SensorKind.smoke: ("mroom_sensor_severity", 1.0),
}
"""Kind of sensor → its metric, and the inventory's unit in that of the metric."""
_FAR = 1000.0


def _of_sensor(room: Room, sensor: Sensor) -> dict[str, str]:
    metric, by = METRIC[sensor.kind]
    low = -_FAR if sensor.low is None else sensor.low * by
    high = _FAR if sensor.high is None else sensor.high * by
    mates = [
        one.id
        for one in room.elements("sensors")
        if one.kind is sensor.kind and one.monitor == sensor.monitor and one.id != sensor.id
    ]
    return {
        "monitor": sensor.monitor, "metric": metric, "low": f"{low:g}", "high": f"{high:g}", "mates": one_of(mates),
    }  # fmt: skip


def _areas(room: Room) -> Iterator[Subject]:
    for area in room.elements("areas"):
        here = [one.id for one in room.elements("sensors") if one.area == area.id and one.monitor in room.agents]
        if here:
            yield room.subject("areas", area, sensors=one_of(here))


def _air(room: Room) -> Iterator[Subject]:
    """Areas that share their room's air with another one, each with its two sensors of the air."""
    seen: dict[str, list[tuple[Element, dict[str, str]]]] = {}
    for area in room.elements("areas"):
        values = air_of(room.site, area.id, room.agents)
        if values:
            seen.setdefault(area.room, []).append((area, {**values, "room": area.room}))
    for areas in seen.values():
        if len(areas) > 1:
            yield from (room.subject("areas", area, **values) for area, values in areas)


def air_of(site: Site, area: str, agents: frozenset[str]) -> dict[str, str]:
    """The first thermometer and hygrometer of an area; nothing unless it has both."""
    found: dict[str, str] = {}
    for one in site.sensors.values():
        if one.area == area and one.monitor in agents and one.kind in {SensorKind.temperature, SensorKind.humidity}:
            found.setdefault(one.kind.value, one.id)
            found.setdefault("monitor", one.monitor)
    return found if len(found) == 3 else {}  # noqa: PLR2004 both sensors and their monitor


def _twins(room: Room) -> Iterator[Subject]:
    """Thermometers and hygrometers that stand in one area with another of their kind."""
    for subject in _sensors(SensorKind.temperature, SensorKind.humidity)(room):
        sensor = room.site.sensors[subject.id]
        beside = [
            one.id for one in room.elements("sensors")
            if one.area == sensor.area and one.kind is sensor.kind and one.id > sensor.id
        ]  # fmt: skip
        most = "3" if sensor.kind is SensorKind.temperature else "0.1"
        for other in beside[:1]:
            monitor = room.site.sensors[other].monitor
            yield room.subject("sensors", sensor, **subject.values, other=other, other_monitor=monitor, most=most)


def _port_down(room: Room, device: str, line: str) -> str:
    return f'max(mroom_port_oper_state{{element="{device}",port="{port(room.site, device, line)}"}}) == 2'


def _lines(room: Room) -> Iterator[Subject]:
    for line in room.elements("lines"):
        ends = [end for end in line.ends if end.device in room.agents]
        if ends:
            down = " or ".join(_port_down(room, end.device, line.id) for end in ends)
            yield room.subject("lines", line, down=down)


def _routers(room: Room) -> Iterator[Subject]:
    """Devices with lines whose other ends can be asked: what all of these say together is more than one's silence."""
    for device in room.elements("devices"):
        far = [
            _port_down(room, end.device, line.id)
            for line in room.elements("lines") if device.id in {end.device for end in line.ends}
            for end in line.ends if end.device != device.id and end.device in room.agents
        ]  # fmt: skip
        if device.id in room.agents and far:
            yield room.subject("devices", device, lines_down=" and on() ".join(far))


def _shared(collection: str, uses: Callable[[Line], tuple[str, ...]]) -> Callable[[Room], Iterator[Subject]]:
    """Ducts and carriers: what takes all its lines at once. One line alone cannot be told from its own fault."""

    def found(room: Room) -> Iterator[Subject]:
        watched = {subject.id: subject for subject in _lines(room)}
        for one in room.elements(collection):
            lines = [watched[line.id] for line in room.elements("lines") if line.id in watched and one.id in uses(line)]
            if len(lines) > 1:
                down = " and on() ".join(f"({line.values['down']})" for line in lines)
                yield room.subject(collection, one, down=down, lines=", ".join(line.id for line in lines))

    return found


def _pairs(room: Room) -> Iterator[Subject]:
    for pair in pairs(room.site):
        if all(line in list(room.elements("lines")) for line in pair):
            first = room.subject("lines", pair[0])
            names = [line.name for line in pair]
            name = Text(ja="・".join(one.ja for one in names), en=" and ".join(one.en for one in names))
            id_ = pair_id(pair)
            yield Subject(id_, "pair", "", first.owner, name, {"id": id_}, tuple(line.id for line in pair))


def _systems(room: Room) -> Iterator[Subject]:
    for one in room.elements("systems"):
        values = {"rto": f"{one.rto_seconds or 0:.0f}s"}
        yield room.subject("systems", one, **values)


def _nocs(room: Room) -> Iterator[Subject]:
    yield from (room.subject("hosts", host) for host in room.elements("hosts") if host.kind == "noc")


def _clocks(room: Room) -> Iterator[Subject]:
    wanted = set(room.site.site.ntp)
    yield from (room.subject("hosts", host) for host in room.elements("hosts") if host.id in wanted)


SCOPES: dict[str, Callable[[Room], Iterator[Subject]]] = {
    "site": _once,
    "agent": _agents,
    "utility": _utilities,
    "generator": _generators,
    "ats": _polled("ats"),
    "ups": _ups,
    "pdu": _polled("pdus"),
    "cooler": _polled("coolers"),
    "cooling": _coolings,
    "rack": _racks,
    "building": _buildings,
    "thermometer": _sensors(SensorKind.temperature),
    "hygrometer": _sensors(SensorKind.humidity),
    "air-sensor": _sensors(SensorKind.temperature, SensorKind.humidity),
    "leak-sensor": _sensors(SensorKind.leak),
    "smoke-sensor": _sensors(SensorKind.smoke),
    "sensor": _sensors(*SensorKind),
    "twin-sensor": _twins,
    "area": _areas,
    "air": _air,
    "line": _lines,
    "router": _routers,
    "duct": _shared("ducts", lambda line: line.ducts),
    "carrier": _shared("carriers", lambda line: (line.carrier,) if line.carrier else ()),
    "pair": _pairs,
    "system": _systems,
    "exchange": _all("exchanges"),
    "client": _all("clients"),
    "door-controller": _all("door_controllers"),
    "door": _all("doors"),
    "recorder": _all("recorders"),
    "camera": _all("cameras"),
    "console": _all("consoles"),
    "noc": _nocs,
    "clock": _clocks,
}
"""What may stand in `each`."""
