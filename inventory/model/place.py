"""Where things stand: buildings, rooms, the zones of a room's floor, racks; and who answers for them."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from .base import Element, Id, Model, Words


class Owner(Element):
    """A section or a contractor that answers for objects."""

    contact: Words
    contractor: bool = False


class Isolation(Model):
    """Base isolation (免震) of a building."""

    certificate: Words
    inspected: dt.date
    next_inspection: dt.date


class Building(Element):
    address: Words
    floors: Words
    in_service: dt.date | None = None
    isolation: Isolation | None = None
    witness: bool = False
    """True for the third place, which holds witnesses only and serves no system."""


class CoolingNeed(Model):
    """How many of a room's coolers must run: `any` of `of`."""

    any: int = Field(ge=1)
    of: tuple[Id, ...]


class Room(Element):
    building: Id
    floor: Words
    machine_room: bool = False
    """True when the Tier 3 catalogue is assessed for this room."""
    cooling: CoolingNeed | None = None


class Area(Element):
    """A part of a room's floor that has its own sensors (a cold aisle, a hot aisle, a UPS corner)."""

    room: Id


class Rack(Element):
    room: Id
    area: Id | None = None
    units: int = Field(default=42, ge=1, le=60)
