"""BGP of a device: hosts announce entries, edges speak with carriers, and routers of ours agree on who serves.

Every router that learns entries from hosts tells the others over iBGP, with a local preference by the order of the
system's members. So a stand-by that announces at the same time as the preferred member is known, not used, and not
announced further into OSPF: active and stand-by, whichever way the packets come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from inventory.model import Device, DeviceRole, Line, LineKind, Site
from network.derive.entries import entry_routers, public, routes_of_host, served_by
from network.intent import Bgp, Neighbour, Route

HOST_BFD_MILLISECONDS = 300
"""A dead host is noticed within a second; the systems' targets begin at ten."""
DEFAULT = Route(IPv4Network("0.0.0.0/0"))


def _public(site: Site) -> tuple[Route, ...]:
    return tuple(Route(IPv4Network(address)) for address, _port in public(site))


def _in_lan(site: Site, lan: str, device_id: str) -> IPv4Address:
    gateway = site.lans[lan].gateway
    assert gateway is not None  # served_by() found the device among its routers
    return gateway.routers[device_id]


def _hosts(site: Site, device_id: str) -> Iterator[Neighbour]:
    for host_id in served_by(site, device_id):
        yield Neighbour(
            name=host_id,
            address=site.hosts[host_id].address,
            source=_in_lan(site, site.hosts[host_id].lan, device_id),
            asn=site.site.host_asn,
            accepts=routes_of_host(site, host_id),
            announces=(),
            bfd_milliseconds=HOST_BFD_MILLISECONDS,
            host=True,
        )


def _mesh(site: Site, device_id: str) -> Iterator[Neighbour]:
    entries = tuple(Route(IPv4Network(system.entry.address)) for system in site.systems.values() if system.entry)
    own = site.devices[device_id].loopback
    for other in entry_routers(site):
        loopback = site.devices[other].loopback
        if other != device_id and loopback and own:
            yield Neighbour(
                name=other,
                address=loopback,
                source=own,
                asn=site.site.asn,
                accepts=entries,
                announces=entries,
                inside=True,
            )


def _ends(line: Line, device_id: str) -> tuple[IPv4Address, str, IPv4Address]:
    """Our own address on a line, the device across, and its address."""
    own, other = sorted(line.ends, key=lambda end: end.device != device_id)
    return IPv4Address(own.address.split("/")[0]), other.device, IPv4Address(other.address.split("/")[0])


def _beyond(site: Site, device: Device, line: Line) -> Neighbour:
    """The neighbour across a line to, from or between carriers."""
    source, other, address = _ends(line, device.id)
    asn = site.devices[other].asn or site.site.asn
    everything = tuple(Route(network, longest=32) for network in site.site.ranges.outside)
    carrier = device.role is DeviceRole.carrier
    if line.kind is LineKind.peering:
        accepts = announces = everything
    elif carrier:
        accepts, announces = _public(site), ()
    else:
        accepts, announces = (DEFAULT,), _public(site)
    return Neighbour(
        name=other,
        address=address,
        source=source,
        asn=asn,
        accepts=accepts,
        announces=announces,
        bfd_milliseconds=line.bfd_milliseconds,
        sends_default=carrier and line.kind is LineKind.outside,
    )


def bgp(site: Site, device_id: str) -> Bgp | None:
    """The BGP of a device, or None where it has no neighbour."""
    device = site.devices[device_id]
    lines = [
        line
        for line in site.lines.values()
        if line.kind in (LineKind.outside, LineKind.peering) and device_id in {end.device for end in line.ends}
    ]
    neighbours = [_beyond(site, device, line) for line in lines]
    if device_id in entry_routers(site):
        neighbours += [*_mesh(site, device_id), *_hosts(site, device_id)]
    if not neighbours:
        return None
    return Bgp(
        asn=device.asn or site.site.asn,
        neighbours=tuple(neighbours),
        networks=tuple(route.prefix for route in _public(site)) if device.role is DeviceRole.edge else (),
        connected=site.site.ranges.outside if device.role is DeviceRole.carrier else (),
    )
