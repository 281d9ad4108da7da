"""`/sd`: the devices of the inventory as targets of Prometheus' HTTP service discovery."""

from __future__ import annotations

import datetime as dt
from typing import Any

from inventory import place
from inventory.kinds import word
from inventory.model import Site
from monitoring.exporter.modules import AUTO, SENSORS
from monitoring.snmp.target import PORT

AGENTS = ("generators", "ats", "ups", "pdus", "coolers", "monitors", "devices", "hosts")
"""Collections whose elements have an SNMP agent, where they have an address."""
WITH_PORTS = ("devices", "hosts")


def targets(site: Site, today: dt.date) -> list[dict[str, Any]]:
    """One entry for each device that is in service."""
    found = []
    for collection in AGENTS:
        for element in getattr(site, collection).values():
            address = getattr(element, "loopback", None) or getattr(element, "address", None)
            if address is None or (element.retired and element.retired <= today):
                continue
            around: dict[str, str] = {word(kind): outer.id for kind, outer in place.chain(site, collection, element)}
            labels: dict[str, str] = {
                "element": element.id,
                "kind": word(collection),
                **{name: around[name] for name in ("building", "room", "rack") if name in around},
                "__param_module": AUTO if collection in WITH_PORTS else SENSORS,
            }
            found.append({"targets": [f"{address}:{PORT}"], "labels": labels})
    return found
