"""Which host may serve which entry, in which order, and the routers that learn it from there."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from inventory.model import DeviceRole, Scope, Site
from network.intent import Route

METRIC_STEP = 10
"""OSPF metric of the preferred member's entry; each later one adds as much again."""


def routes_of_host(site: Site, host_id: str) -> tuple[Route, ...]:
    """The entries that a host may announce; the preference is its place among the system's members."""
    return tuple(
        Route(IPv4Network(system.entry.address), preference=system.members.index(host_id))
        for system in site.systems.values()
        if system.entry and host_id in system.members
    )


def served_by(site: Site, device_id: str) -> tuple[str, ...]:
    """The hosts that announce entries to a router: those in its LANs that are members of a system with an entry."""
    lans = {lan.id for lan in site.lans.values() if lan.gateway and device_id in lan.gateway.routers}
    return tuple(host.id for host in site.hosts.values() if host.lan in lans and routes_of_host(site, host.id))


def entry_routers(site: Site) -> tuple[str, ...]:
    """Every router that learns entries from hosts."""
    return tuple(
        device.id for device in site.devices.values() if device.role is DeviceRole.core and served_by(site, device.id)
    )


def metrics(site: Site) -> tuple[int, ...]:
    """OSPF metric by preference."""
    most = max((len(system.members) for system in site.systems.values()), default=0)
    return tuple(METRIC_STEP * (place + 1) for place in range(most))


def public(site: Site) -> tuple[tuple[IPv4Address, int], ...]:
    """Entries that the outside world may use, with their TCP port."""
    return tuple(
        (system.entry.address, system.entry.port)
        for system in site.systems.values()
        if system.entry and Scope.outside in system.entry.scopes
    )
