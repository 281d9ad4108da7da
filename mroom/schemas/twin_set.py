"""`mroom twin set`: what was set, and the state of the plant of its building."""

from __future__ import annotations

from typing import Literal

from mroom.schemas.base import Part


class Generator(Part):
    state: Literal["off", "starting", "running", "empty"]
    litres: float


class Plant(Part):
    factor: float
    out: list[str]
    live: list[str]
    batteries: dict[str, float]
    """UPS -> charge, 0 to 1."""
    generators: dict[str, Generator]
    rooms: dict[str, float]
    """Degrees Celsius of the supply air."""
    pinned: dict[str, float]
    """Sensor -> what it was told to show."""


class Document(Part):
    element: str
    set: dict[str, str]
    plant: Plant
