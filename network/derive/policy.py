"""The zone policy (三層の対策): who may open connections to whom."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from itertools import permutations

from inventory.model import LineKind, Scope, Site, System, Zone
from network.derive.entries import public
from network.derive.management import ZONE as MANAGEMENT
from network.intent import Policy, ZonePolicy


def outside_zones(site: Site) -> frozenset[str]:
    """Zones whose LANs stand in no building of ours."""
    return frozenset(lan.zone for lan in site.lans.values() if lan.building is None)


def zone_of(site: Site, system: System) -> str | None:
    """The zone in which a system is served: that of its first member."""
    return site.lans[site.hosts[system.members[0]].lan].zone if system.members else None


def _prefixes(site: Site, zone: str) -> tuple[IPv4Network, ...]:
    lans = [lan.prefix for lan in site.lans.values() if lan.zone == zone]
    entries = [
        IPv4Network(system.entry.address)
        for system in site.systems.values()
        if system.entry and zone_of(site, system) == zone
    ]
    return (*lans, *entries)


def _people(site: Site) -> frozenset[str]:
    return frozenset(site.lans[client.lan].zone for client in site.clients.values()) - outside_zones(site)


def _inside_entries(site: Site) -> list[System]:
    return [s for s in site.systems.values() if s.entry and Scope.inside in s.entry.scopes]


def _zone(site: Site, zone: Zone) -> ZonePolicy:
    outside = outside_zones(site)
    asked_by = {other.id for other in site.zones.values() if zone.id in other.reaches}
    if any(zone_of(site, system) == zone.id for system in _inside_entries(site)):
        asked_by |= _people(site)
    reaches = tuple(other for other in zone.reaches if other not in outside)
    return ZonePolicy(
        id=zone.id,
        prefixes=_prefixes(site, zone.id),
        reaches=reaches,
        answers=tuple(z for z in site.zones if z in asked_by - set(reaches) - outside - {zone.id}),
        infrastructure=zone.id == MANAGEMENT,
        outside=bool(set(zone.reaches) & outside),
        entries=zone.id in _people(site),
    )


def _infrastructure(site: Site) -> tuple[IPv4Network, ...]:
    loopbacks = [IPv4Network(d.loopback) for d in site.devices.values() if d.loopback and not d.carrier]
    lines = [
        IPv4Network(line.ends[0].address, strict=False)
        for line in site.lines.values()
        if line.kind not in (LineKind.outside, LineKind.peering)
    ]
    return (*loopbacks, *lines)


def _quorum(site: Site) -> tuple[tuple[IPv4Address, IPv4Address], ...]:
    pairs = {
        (site.hosts[one].address, site.hosts[other].address)
        for system in site.systems.values()
        if system.quorum
        for one, other in permutations(system.quorum.voters, 2)
    }
    return tuple(sorted(pairs))


def _uses(site: Site) -> tuple[tuple[IPv4Address, IPv4Address], ...]:
    pairs = [(system, need) for system in site.systems.values() for need in system.needs]
    pairs += [(site.systems[exchange.source], exchange.target) for exchange in site.exchanges.values()]
    found = {
        (site.hosts[member].address, used.entry.address)
        for system, need in pairs
        if (used := site.systems.get(need)) and used.entry
        for member in system.members
    }
    return tuple(sorted(found))


def policy(site: Site) -> Policy:
    """The policy of the whole site."""
    outside = outside_zones(site)
    asking_outside = tuple(zone.id for zone in site.zones.values() if set(zone.reaches) & outside)
    open_entries = public(site)
    addresses = {address for address, _port in open_entries}
    return Policy(
        zones=tuple(_zone(site, zone) for zone in site.zones.values() if zone.id not in outside),
        ours=(*site.site.ranges.inside, *(IPv4Network(address) for address, _port in open_entries)),
        inside=site.site.ranges.inside,
        infrastructure=_infrastructure(site),
        entries=tuple(system.entry.address for system in _inside_entries(site) if system.entry),
        public=open_entries,
        quorum=_quorum(site),
        uses=_uses(site),
        outside_answers=asking_outside,
        public_zones=tuple(
            dict.fromkeys(
                zone
                for system in site.systems.values()
                if system.entry and system.entry.address in addresses and (zone := zone_of(site, system))
            )
        ),
    )
