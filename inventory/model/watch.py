"""What watches the rooms: sensors, doors, cameras, recorders, remote consoles."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address

from pydantic import Field

from .base import Element, Id, Words


class SensorKind(StrEnum):
    temperature = "temperature"
    humidity = "humidity"
    leak = "leak"
    smoke = "smoke"


class Sensor(Element):
    kind: SensorKind
    area: Id
    monitor: Id
    """The environment monitor that it is wired to."""
    low: float | None = None
    """Degrees Celsius or percent; the alarm limits."""
    high: float | None = None


class Monitor(Element):
    """Environment monitor (マシン室環境監視装置): the SNMP agent of a room's sensors."""

    room: Id
    address: IPv4Address
    pdu: Id


class Door(Element):
    """A door under access control (入退室管理)."""

    room: Id
    controller: Id
    called: Words | None = None
    """How the controller's records call it, where that is not its id: a number, mostly."""


class DoorController(Element):
    room: Id
    address: IPv4Address
    pdu: Id


class Camera(Element):
    room: Id
    recorder: Id
    address: IPv4Address
    pdu: Id


class Recorder(Element):
    room: Id
    address: IPv4Address
    pdu: Id
    retention_days: int = Field(ge=1)


class Console(Element):
    """Remote server console (サーバ遠隔操作装置): Redfish for the hosts of one building."""

    building: Id
    host: Id
