"""Device support as data: a YAML file per vendor or MIB, what it may say (`definition`), how it is read (`shelf`)."""

from __future__ import annotations

from monitoring.devices.definition import Definition
from monitoring.devices.shelf import DevicesInvalid, load_all

__all__ = ["Definition", "DevicesInvalid", "load_all"]
