"""The network: ducts, lines, LANs, devices, hosts and the clients that use them."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .base import Element, Id, Model, PortName, Words
from .power import Cord


def _slash_31(value: Any) -> Any:
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("expected an address with its prefix length, such as 198.18.1.0/31")
    return value


LinkAddress = Annotated[str, BeforeValidator(_slash_31)]


class Zone(Element):
    """One of the security zones that must stay apart (三層の対策), or one of our own (management, staff, outside)."""

    tier: Words | None = None
    """The 総務省 name where it is one of the three: マイナンバー利用事務系, LGWAN接続系, インターネット接続系."""
    reaches: tuple[Id, ...] = ()
    """Zones to which connections may be opened from this one."""


class Carrier(Element):
    asn: int | None = Field(default=None, ge=1, le=4294967295)


class Duct(Element):
    """A route in the ground or through a wall: what a digger cuts."""

    buildings: tuple[Id, ...] = Field(min_length=1)


class LineKind(StrEnum):
    inter_building = "inter-building"
    campus = "campus"
    internal = "internal"
    witness = "witness"
    outside = "outside"
    peering = "peering"


class End(Model):
    device: Id
    address: LinkAddress


class Line(Element):
    """A point-to-point link between two devices. Its interface on both is named after it."""

    kind: LineKind
    ends: tuple[End, End]
    ducts: tuple[Id, ...] = ()
    carrier: Id | None = None
    pair: Id | None = None
    """The other line of a pair that is meant to be diverse."""
    bfd_milliseconds: int = Field(default=50, ge=10, le=1000)
    ospf_cost: int = Field(default=10, ge=1, le=65535)
    ospf_area: int = Field(default=0, ge=0)
    bandwidth_bits_per_second: float = Field(default=1e9, gt=0)


class Gateway(Model):
    """The routers of a LAN; where there are two they share `address` by VRRP."""

    address: IPv4Address
    routers: dict[Id, IPv4Address] = Field(min_length=1, max_length=2)
    """Router -> its own address in the LAN; the first is the VRRP master."""
    advert_milliseconds: int = Field(default=100, ge=10, le=1000)


class Lan(Element):
    building: Id | None = None
    """None for the stretch of outside world that the carriers share."""
    zone: Id
    prefix: IPv4Network
    switch: Id
    gateway: Gateway | None = None


class DeviceRole(StrEnum):
    core = "core"
    edge = "edge"
    access = "access"
    carrier = "carrier"


class Device(Element):
    role: DeviceRole
    platform: Id
    """A file of network/platforms: frr (a Linux router), bridge (a Linux access switch), ios."""
    ports: dict[Id, PortName] = {}
    """Line or LAN -> the interface's name on the device, where it is not simply the id (`GigabitEthernet1/0/1`)."""
    rack: Id | None = None
    """None only for what is not ours (a carrier's router)."""
    cords: tuple[Cord, ...] = ()
    loopback: IPv4Address | None = None
    address: IPv4Address | None = None
    """Management address in its LAN, for devices without a loopback."""
    asn: int | None = Field(default=None, ge=1, le=4294967295)
    carrier: Id | None = None


class Host(Element):
    """A machine with an operating system of ours: member of a system, NOC node, console, agent, witness."""

    kind: Id = "host"
    """Its kind of twin node: host, noc, agent, console."""
    rack: Id
    cords: tuple[Cord, ...] = ()
    lan: Id
    address: IPv4Address
    roles: tuple[Id, ...] = ()
    """Ansible roles beyond those of the systems that it is a member of."""


class Client(Element):
    """Where people sit who use the systems; a place to measure from."""

    lan: Id
    address: IPv4Address
    required: bool = True
    """A system counts as served when some required client place of its scope can reach it."""
