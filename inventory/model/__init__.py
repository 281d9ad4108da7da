"""The typed, frozen model of a site. One file per topic; `Site` holds them all."""

from __future__ import annotations

from .base import Accepted, Element, Model, Text
from .entry_records import Cards, EntryRecords, Hours
from .network import (
    Carrier,
    Client,
    Device,
    DeviceRole,
    Duct,
    End,
    Gateway,
    Host,
    Lan,
    Line,
    LineKind,
    Zone,
)
from .place import Area, Building, CoolingNeed, Isolation, Owner, Rack, Room
from .power import Ats, Cooler, Cord, Generator, Pdu, Ups, Utility
from .service import Entry, Exchange, Failover, Probe, Quorum, Scope, System
from .site import Access, Approval, Ranges, Settings, Site
from .watch import Camera, Console, Door, DoorController, Monitor, Recorder, Sensor, SensorKind

__all__ = [
    "Accepted",
    "Access",
    "Approval",
    "Area",
    "Ats",
    "Building",
    "Camera",
    "Cards",
    "Carrier",
    "Client",
    "Console",
    "Cooler",
    "CoolingNeed",
    "Cord",
    "Device",
    "DeviceRole",
    "Door",
    "DoorController",
    "Duct",
    "Element",
    "End",
    "Entry",
    "EntryRecords",
    "Exchange",
    "Failover",
    "Gateway",
    "Generator",
    "Host",
    "Hours",
    "Isolation",
    "Lan",
    "Line",
    "LineKind",
    "Model",
    "Monitor",
    "Owner",
    "Pdu",
    "Probe",
    "Quorum",
    "Rack",
    "Ranges",
    "Recorder",
    "Room",
    "Scope",
    "Sensor",
    "SensorKind",
    "Settings",
    "Site",
    "System",
    "Text",
    "Ups",
    "Utility",
    "Zone",
]
