"""The routed interfaces of a device."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network

from inventory.cabling import Interface, interfaces
from inventory.model import DeviceRole, Lan, LineKind, Site
from network.intent import OspfPort, Port

LAN_COST = 10
"""OSPF cost of a LAN, the same on both its routers; the lines' costs stand in the inventory."""
ROUTED_OUTSIDE = (LineKind.outside, LineKind.peering)


def entries_of_lan(site: Site, lan: str) -> tuple[IPv4Network, ...]:
    """The /32 of every system entry that some host of the LAN may serve."""
    hosts = {host.id for host in site.hosts.values() if host.lan == lan}
    return tuple(
        IPv4Network(system.entry.address)
        for system in site.systems.values()
        if system.entry and hosts & set(system.members)
    )


def area_of(site: Site, device_id: str) -> int:
    """The OSPF area of a device's LANs and loopback: the backbone, unless all its lines are in one other area."""
    areas = {
        line.ospf_area
        for line in site.lines.values()
        if line.kind not in ROUTED_OUTSIDE and device_id in {end.device for end in line.ends}
    }
    return areas.pop() if len(areas) == 1 else 0


def _ospf_of_lan(site: Site, device_id: str) -> OspfPort:
    return OspfPort(area=area_of(site, device_id), cost=LAN_COST, passive=True, bfd_milliseconds=None)


def _sole_gateway(lan: Lan) -> IPv4Interface | None:
    if lan.gateway and len(lan.gateway.routers) == 1 and lan.gateway.address not in lan.gateway.routers.values():
        return IPv4Interface(f"{lan.gateway.address}/{lan.prefix.prefixlen}")
    return None


def _lan_port(site: Site, interface: Interface, lan: Lan, *, speaks_ospf: bool) -> Port:
    assert interface.address is not None
    return Port(
        name=interface.name,
        address=interface.address,
        description=lan.name.en,
        lan=True,
        outside=False,
        ospf=_ospf_of_lan(site, interface.node) if speaks_ospf else None,
        hardware=site.devices[interface.node].ports.get(interface.name, interface.name),
        also=_sole_gateway(lan),
        sources=(lan.prefix, *entries_of_lan(site, lan.id)),
    )


def _line_port(site: Site, interface: Interface, *, speaks_ospf: bool) -> Port:
    line = interface.line
    assert line is not None
    assert interface.address is not None
    other = next(end.device for end in line.ends if end.device != interface.node)
    carried = speaks_ospf and line.kind not in ROUTED_OUTSIDE
    return Port(
        name=interface.name,
        address=interface.address,
        description=f"{line.name.en} to {other}",
        lan=False,
        outside=line.kind in ROUTED_OUTSIDE,
        hardware=site.devices[interface.node].ports.get(interface.name, interface.name),
        ospf=OspfPort(line.ospf_area, line.ospf_cost, passive=False, bfd_milliseconds=line.bfd_milliseconds)
        if carried
        else None,
    )


def ports(site: Site, device_id: str) -> tuple[Port, ...]:
    """Lines first, then LANs, in the order of the inventory."""
    speaks_ospf = site.devices[device_id].role is not DeviceRole.carrier
    return tuple(
        _lan_port(site, interface, interface.lan, speaks_ospf=speaks_ospf)
        if interface.lan
        else _line_port(site, interface, speaks_ospf=speaks_ospf)
        for interface in interfaces(site, device_id)
    )
