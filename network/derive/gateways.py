"""The shared gateway addresses that a device takes part in."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network

from inventory.cabling import interfaces
from inventory.model import Site
from network.intent import Gateway

MASTER, BACKUP = 200, 100


def router_id(prefix: IPv4Network) -> int:
    """VRRP's router id of a LAN: its third octet. Unique only has to be what shares a LAN, and there is one."""
    return int(prefix.network_address) >> 8 & 0xFF or 1


def gateways(site: Site, device_id: str) -> tuple[Gateway, ...]:
    """One for each LAN in which the device and another router share a gateway address."""
    lines = tuple(interface.name for interface in interfaces(site, device_id) if interface.line)
    # With every line down the master's priority falls below the stand-by's; with one line left it does not.
    weight = -(-(MASTER - BACKUP + 1) // len(lines)) if lines else 0
    found = []
    for lan in site.lans.values():
        if not lan.gateway or device_id not in lan.gateway.routers or len(lan.gateway.routers) == 1:
            continue
        routers = list(lan.gateway.routers)
        peer = next(router for router in routers if router != device_id)
        found.append(
            Gateway(
                port=lan.id,
                router_id=router_id(lan.prefix),
                address=IPv4Interface(f"{lan.gateway.address}/{lan.prefix.prefixlen}"),
                own=lan.gateway.routers[device_id],
                peer=lan.gateway.routers[peer],
                priority=MASTER if routers[0] == device_id else BACKUP,
                advert_milliseconds=lan.gateway.advert_milliseconds,
                tracked=lines,
                tracked_weight=weight,
            )
        )
    return tuple(found)
