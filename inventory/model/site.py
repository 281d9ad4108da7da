"""The whole site: every collection by id, and the few settings that are not about one object."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from pydantic import Field, model_validator

from .base import Id, LoginName, Model, SnmpName, Text, Words
from .entry_records import EntryRecords
from .network import Carrier, Client, Device, Duct, Host, Lan, Line, Zone
from .place import Area, Building, Owner, Rack, Room
from .power import Ats, Cooler, Generator, Pdu, Ups, Utility
from .service import Exchange, System
from .watch import Camera, Console, Door, DoorController, Monitor, Recorder, Sensor


class Approval(StrEnum):
    required = "required"
    none = "none"


class Ranges(Model):
    inside: tuple[IPv4Network, ...] = Field(min_length=1)
    outside: tuple[IPv4Network, ...] = ()

    @property
    def both(self) -> tuple[IPv4Network, ...]:
        return self.inside + self.outside


class Access(Model):
    """How the suite reaches devices and hosts; secrets are references (env:, file:, vault:)."""

    user: LoginName = "mroom"
    ssh_key: Words = "file:$MROOM_STATE/keys/mroom"
    host_keys: Words = "file:$MROOM_STATE/known_hosts"
    """The pinned host keys, as known_hosts(5) has them; a device or host with another key, or with none there, is not
    spoken to. The twin pins those of its nodes in the default one."""
    snmp_user: SnmpName = "mroom"
    snmp_auth: Words = "file:$MROOM_STATE/keys/snmp-auth"
    snmp_priv: Words = "file:$MROOM_STATE/keys/snmp-priv"
    secrets: dict[Id, Words] = {}
    """Further secrets by name, for roles and probes; the twin makes those that are missing files."""


class Settings(Model):
    """The `site:` block."""

    name: Id
    title: Text
    ranges: Ranges
    asn: int = Field(ge=1, le=4294967295)
    """Autonomous system of the city towards its carriers."""
    host_asn: int = Field(ge=1, le=4294967295)
    """Autonomous system from which hosts announce system entries to the core."""
    timezone: Words = "Asia/Tokyo"
    approval: Approval = Approval.none
    ntp: tuple[Id, ...] = ()
    syslog: tuple[Id, ...] = ()
    """Hosts that serve time and take log records."""
    resolvers: tuple[IPv4Address, ...] = ()
    banner: Words = "Authorised use only."
    access: Access = Access()
    entry_records: EntryRecords = EntryRecords()


class Site(Model):
    """The typed, frozen inventory. Collections keep the order of the YAML files."""

    site: Settings
    owners: dict[Id, Owner] = {}
    buildings: dict[Id, Building] = {}
    rooms: dict[Id, Room] = {}
    areas: dict[Id, Area] = {}
    racks: dict[Id, Rack] = {}
    utilities: dict[Id, Utility] = {}
    generators: dict[Id, Generator] = {}
    ats: dict[Id, Ats] = {}
    ups: dict[Id, Ups] = {}
    pdus: dict[Id, Pdu] = {}
    coolers: dict[Id, Cooler] = {}
    zones: dict[Id, Zone] = {}
    carriers: dict[Id, Carrier] = {}
    ducts: dict[Id, Duct] = {}
    lines: dict[Id, Line] = {}
    lans: dict[Id, Lan] = {}
    devices: dict[Id, Device] = {}
    hosts: dict[Id, Host] = {}
    clients: dict[Id, Client] = {}
    systems: dict[Id, System] = {}
    exchanges: dict[Id, Exchange] = {}
    monitors: dict[Id, Monitor] = {}
    sensors: dict[Id, Sensor] = {}
    door_controllers: dict[Id, DoorController] = {}
    doors: dict[Id, Door] = {}
    recorders: dict[Id, Recorder] = {}
    cameras: dict[Id, Camera] = {}
    consoles: dict[Id, Console] = {}

    @model_validator(mode="before")
    @classmethod
    def _key_is_id(cls, data: Any) -> Any:
        """In YAML an object's id is its key in the collection; the model has it as a field."""
        if not isinstance(data, dict):
            return data
        return {key: _with_ids(value) if key != "site" else value for key, value in data.items()}


def _with_ids(collection: Any) -> Any:
    if not isinstance(collection, dict):
        return collection
    return {key: {"id": key, **value} if isinstance(value, dict) else value for key, value in collection.items()}
