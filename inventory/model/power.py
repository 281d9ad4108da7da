"""Electricity and cooling: from the street to the outlet."""

from __future__ import annotations

from ipaddress import IPv4Address

from pydantic import Field

from .base import Element, Id, Model


class Cord(Model):
    """One power cord: which outlet of which PDU it is in."""

    pdu: Id
    outlet: int = Field(ge=1)


class Utility(Element):
    """Commercial power intake (商用電源): the main source."""

    building: Id


class Generator(Element):
    """Emergency generator (自家発電): the backup source."""

    building: Id
    start_seconds: float = Field(gt=0)
    tank_litres: float = Field(gt=0)
    burn_litres_per_hour: float = Field(gt=0)
    required_hours: float = Field(gt=0)
    """Hours that the tank must last; 72 h is TIA-942 Rated-3's figure and 総務省's initial response."""
    address: IPv4Address | None = None


class Ats(Element):
    """Automatic transfer switch: feeds from the first of `sources` that is alive."""

    building: Id
    sources: tuple[Id, ...] = Field(min_length=1)
    address: IPv4Address | None = None


class Ups(Element):
    room: Id
    source: Id
    """An ATS, or a utility."""
    capacity_watts: float = Field(gt=0)
    runtime_seconds: float = Field(gt=0)
    """On battery at the present load."""
    address: IPv4Address | None = None


class Pdu(Element):
    rack: Id
    source: Id
    """A UPS (or an ATS where the PDU is not protected)."""
    outlets: int = Field(ge=1, le=64)
    address: IPv4Address | None = None


class Cooler(Element):
    room: Id
    sources: tuple[Id, ...] = Field(min_length=1)
    """ATSs; any one is enough (a cooler with two feeds has its own transfer switch)."""
    capacity_kilowatts: float = Field(gt=0)
    address: IPv4Address | None = None
