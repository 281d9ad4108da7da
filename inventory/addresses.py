"""Every address that the inventory gives out, and the field that gives it. Tolerates an incomplete site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from inventory.model import Lan, Line, Site

POLLED = ("generators", "ats", "ups", "pdus", "coolers", "monitors")
"""Collections of power, cooling and environment, whose elements answer SNMP."""
FACILITY = (*POLLED, "door_controllers", "recorders", "cameras")
"""Collections of facility equipment with an agent of its own."""


@dataclass(frozen=True)
class Given:
    """One address and where it stands."""

    address: IPv4Address
    collection: str
    id: str
    path: tuple[str | int, ...]
    node: str
    """Who answers at it: a line's end names its device, a gateway's address its LAN."""


def interface_of(address: str) -> IPv4Interface | None:
    """The address of a line's end with its prefix; None when it is no address (which `line-subnet` reports)."""
    try:
        return IPv4Interface(address)
    except ValueError:
        return None


def given(site: Site) -> Iterator[Given]:
    """Every readable address, in the order of the model."""
    yield from (found for line in site.lines.values() for found in _of_line(line))
    yield from (found for lan in site.lans.values() for found in _of_lan(lan))
    for device in site.devices.values():
        for field, address in (("loopback", device.loopback), ("address", device.address)):
            if address:
                yield Given(address, "devices", device.id, (field,), device.id)
    for collection in ("hosts", "clients", *FACILITY):
        for element in getattr(site, collection).values():
            if element.address:
                yield Given(element.address, collection, element.id, ("address",), element.id)
    for system in site.systems.values():
        if system.entry:
            yield Given(system.entry.address, "systems", system.id, ("entry", "address"), system.id)


def _of_line(line: Line) -> Iterator[Given]:
    for number, end in enumerate(line.ends):
        interface = interface_of(end.address)
        if interface:
            yield Given(interface.ip, "lines", line.id, ("ends", number, "address"), end.device)


def _of_lan(lan: Lan) -> Iterator[Given]:
    if not lan.gateway:
        return
    routers = lan.gateway.routers
    # a lone router may have the gateway's address as its own; with two, `gateway-shared` says that it may not
    if lan.gateway.address not in routers.values():
        yield Given(lan.gateway.address, "lans", lan.id, ("gateway", "address"), lan.id)
    for router, address in routers.items():
        yield Given(address, "lans", lan.id, ("gateway", "routers", router), router)
