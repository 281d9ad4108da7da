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
    lines = _lines(site, device_id)
    found = []
    for lan in site.lans.values():
        if not lan.gateway or device_id not in lan.gateway.routers or len(lan.gateway.routers) == 1:
            continue
        routers = list(lan.gateway.routers)
        peer = next(router for router in routers if router != device_id)
        master = routers[0] == device_id
        found.append(
            Gateway(
                port=lan.id,
                router_id=router_id(lan.prefix),
                address=IPv4Interface(f"{lan.gateway.address}/{lan.prefix.prefixlen}"),
                own=lan.gateway.routers[device_id],
                peer=lan.gateway.routers[peer],
                priority=MASTER if master else BACKUP,
                advert_milliseconds=lan.gateway.advert_milliseconds,
                tracked=lines,
                tracked_weight=_weight(len(lines), len(_lines(site, peer))) if master else 1,
            )
        )
    return tuple(found)


def _lines(site: Site, device_id: str) -> tuple[str, ...]:
    return tuple(interface.name for interface in interfaces(site, device_id) if interface.line)


def _weight(own: int, peers: int) -> int:
    """What each line that is down takes from the master's priority.

    With every line down it falls below the stand-by's even when that has lost lines too, at 1 each; with one line left
    it does not (for up to 19 lines).
    """
    return -(-(MASTER - BACKUP + 1 + peers) // own) if own else 0
