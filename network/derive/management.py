"""The management plane of any node: who may log in, from where, and whom it reports to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from inventory.cabling import building_of
from inventory.model import LineKind, Site
from network.intent import Management

ZONE = "management"
"""The zone whose LANs may manage; the model's word for it."""


def management_lans(site: Site) -> tuple[IPv4Network, ...]:
    """The LANs from which nodes are managed; the NOC stands in them."""
    return tuple(lan.prefix for lan in site.lans.values() if lan.zone == ZONE)


def translated(site: Site) -> tuple[IPv4Network, ...]:
    """The addresses under which our management appears to what stands outside: the edges' ends of the outside lines."""
    return tuple(
        IPv4Network(end.address.split("/")[0])
        for line in site.lines.values()
        if line.kind is LineKind.outside
        for end in line.ends
        if not site.devices[end.device].carrier
    )


def _location(site: Site, node: str) -> str:
    building = building_of(site, node)
    return site.buildings[building].name.en if building else "outside"


def _owner(site: Site, node: str) -> str:
    element = site.devices.get(node) or site.hosts.get(node) or site.clients[node]
    return site.owners[element.owner].name.en if element.owner else site.site.title.en


def management(site: Site, node: str) -> Management:
    """The management plane of a device, host or client."""
    settings = site.site
    inside = building_of(site, node) is not None
    return Management(
        sources=management_lans(site) if inside else translated(site),
        user=settings.access.user,
        banner=settings.banner,
        timezone=settings.timezone,
        location=_location(site, node),
        contact=_owner(site, node),
        snmp_user=settings.access.snmp_user,
        ntp=_addresses(site, settings.ntp) if inside else (),
        syslog=_addresses(site, settings.syslog) if inside else (),
        resolvers=settings.resolvers if inside else (),
        traps=_addresses(site, tuple(h.id for h in site.hosts.values() if h.kind == "noc")) if inside else (),
    )


def _addresses(site: Site, hosts: tuple[str, ...]) -> tuple[IPv4Address, ...]:
    return tuple(site.hosts[host].address for host in hosts)
