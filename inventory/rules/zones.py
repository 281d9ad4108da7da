"""三層の対策: the three tiers stay apart, and nothing that watches them joins them."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.addresses import FACILITY
from inventory.model import Host, Lan, Scope, System
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

CODE = "zone-bridge"
WATCHERS = {"noc", "agent", "console"}
"""Kinds of hosts that collect from others."""


@rule(CODE, acceptable=True)
def bridges(view: View) -> Iterator[Finding]:
    """No path for monitoring, data or management joins two security zones."""
    yield from _reach(view)
    yield from _from_outside(view)
    yield from _switches(view)
    yield from _watchers(view)
    yield from _watched(view)
    yield from _facility(view)
    yield from _members(view)
    yield from _collectors(view)
    yield from _consoles(view)


def _path(reaches: dict[str, tuple[str, ...]], start: str, goals: set[str]) -> list[str]:
    """The shortest way along `reaches` from a zone to one of the goals."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for zone in reaches.get(way[-1], ()):
            if zone in goals:
                return [*way, zone]
            if zone not in seen:
                seen.add(zone)
                ways.append([*way, zone])
    return []


def _reach(view: View) -> Iterator[Finding]:
    tiers = {zone.id for zone in view.site.zones.values() if zone.tier}
    reaches = {zone.id: zone.reaches for zone in view.site.zones.values()}
    for tier in sorted(tiers):
        way = _path(reaches, tier, tiers - {tier})
        if way:
            yield Finding(
                "zones",
                tier,
                ("reaches",),
                f"reaches {way[-1]}: two of the three tiers are joined",
                "tiers from which no other tier can be reached",
                " → ".join(way),
                f"take {way[1]} out of `reaches` of {tier}, or {way[-1]} out of that of {way[-2]}",
            )


def _from_outside(view: View) -> Iterator[Finding]:
    """From outside the buildings, no tier can be reached in which nothing serves the outside."""
    tiers = {zone.id for zone in view.site.zones.values() if zone.tier}
    hosts = view.site.hosts
    serving = {
        _zone_of(view, hosts[member])
        for system in view.site.systems.values()
        if system.entry and Scope.outside in system.entry.scopes
        for member in system.members
        if member in hosts
    }
    reaches = {zone.id: zone.reaches for zone in view.site.zones.values()}
    inside = {lan.zone for lan in view.site.lans.values() if lan.building}
    for zone in sorted({lan.zone for lan in view.site.lans.values() if not lan.building} - inside - tiers):
        for tier in sorted(tiers - serving):
            if zone in reaches and (way := _path(reaches, zone, {tier})):
                yield Finding(
                    "zones",
                    zone,
                    ("reaches",),
                    f"lies outside the buildings and reaches {tier}, where nothing serves the outside",
                    "from outside, only zones of systems whose entry has the scope outside",
                    " → ".join(way),
                    f"take {way[1]} out of `reaches` of {zone}, or {way[-1]} out of that of {way[-2]}",
                )


def _switches(view: View) -> Iterator[Finding]:
    first: dict[str, Lan] = {}
    for lan in view.site.lans.values():
        before = first.setdefault(lan.switch, lan)
        if before.zone != lan.zone:
            yield Finding(
                "lans",
                lan.id,
                ("switch",),
                f"({lan.zone}) and {before.id} ({before.zone}) share the switch {lan.switch}",
                f"a switch that serves {lan.zone} only",
                lan.switch,
                "name a switch of its own",
            )


def _zone_of(view: View, host: Host) -> str | None:
    lan = view.site.lans.get(host.lan)
    return lan.zone if lan else None


def _watchers(view: View) -> Iterator[Finding]:
    """NOC nodes, agents and consoles stand in the management zone alone."""
    management = view.management_zones
    wanted = "management" if "management" in management else min(management, default=None)
    for host in view.site.hosts.values():
        zone = _zone_of(view, host)
        if zone and wanted and host.kind in WATCHERS and zone != wanted:
            yield Finding(
                "hosts",
                host.id,
                ("lan",),
                f"watches from the zone {zone}, outside the management zone",
                f"a LAN of the zone {wanted}",
                f"{host.lan} in {zone}",
                f"move it into a LAN of {wanted}",
            )


def _collectors(view: View) -> Iterator[Finding]:
    """Every zone logs to these hosts: they stand where what watches stands."""
    if not (view.settings and view.management_zones):
        return
    for number, name in enumerate(view.settings.syslog):
        host = view.site.hosts.get(name)
        zone = _zone_of(view, host) if host else None
        if host and zone and host.kind not in WATCHERS and zone not in view.management_zones:
            yield Finding(
                "site",
                "",
                ("syslog", number),
                f".syslog names {name}, in the zone {zone}: the logs of every zone would meet there",
                f"a host in {', '.join(sorted(view.management_zones))}",
                f"{name} in {zone}",
                "name a NOC node",
            )


def _consoles(view: View) -> Iterator[Finding]:
    """A remote console switches machines of every zone: its host watches, and where such stand is judged above."""
    for console in view.site.consoles.values():
        host = view.site.hosts.get(console.host)
        if host and host.kind == "host":
            yield Finding(
                "consoles",
                console.id,
                ("host",),
                f"stands on {host.id}, which is no console host but one of the kind {host.kind}",
                "a host with `kind: console` (or agent, noc), in the management zone",
                f"{host.id}, kind {host.kind}",
                "name the building's console host",
            )


def _watched(view: View) -> Iterator[Finding]:
    """The management zone reaches every zone in which something of ours is watched."""
    reached = set(view.management_zones)
    for name in view.management_zones:
        zone = view.site.zones.get(name)
        if not zone:
            return
        reached |= set(zone.reaches)
    if not reached:
        return
    for lan in view.site.lans.values():
        if lan.zone in reached or lan.zone not in view.site.zones or not lan.building:
            continue
        switch = view.site.devices.get(lan.switch)
        watched = [("devices", switch.id, ("address",))] if switch and switch.address else []
        watched += [("hosts", host.id, ("lan",)) for host in view.site.hosts.values() if host.lan == lan.id]
        for collection, id_, path in watched:
            yield Finding(
                collection,
                id_,
                path,
                f"is watched in the zone {lan.zone}, which the management zone does not reach",
                f"{lan.zone} in `reaches` of {', '.join(sorted(view.management_zones))}",
                f"{lan.id} in {lan.zone}",
                "add the zone there, or move the object to a zone that is reached",
            )


def _facility(view: View) -> Iterator[Finding]:
    """Facility equipment is polled in the management LAN of its own building."""
    if not view.management_zones:
        return
    for collection, element in view.elements(*FACILITY):
        address = getattr(element, "address", None)
        if address is None:
            continue
        lan_id = view.lan_of(address)
        here = view.building(collection, element.id)
        if lan_id is None:
            found = "in no LAN"
        elif view.site.lans[lan_id].zone not in view.management_zones:
            found = f"in {lan_id}, zone {view.site.lans[lan_id].zone}"
        elif here and view.site.lans[lan_id].building != here:
            found = f"in {lan_id} of the building {view.site.lans[lan_id].building}"
        else:
            continue
        homes = [
            lan.id for lan in view.site.lans.values() if lan.building == here and lan.zone in view.management_zones
        ]
        if lan_id is None and not homes:
            continue
        yield Finding(
            collection,
            element.id,
            ("address",),
            "is not polled in the management LAN of its building",
            f"an address of {' or '.join(homes) or 'a management LAN of its building'}",
            f"{address}, {found}",
            "give it an address there: a poll from another zone would bridge the two",
        )


def _members(view: View) -> Iterator[Finding]:
    """A system lives in one zone, and hands data only to zones that its own reaches."""
    home: dict[str, str] = {}
    for system in view.site.systems.values():
        yield from _one_zone(view, system, home)
    for exchange in view.site.exchanges.values():
        source, target = home.get(exchange.source), home.get(exchange.target)
        zone = view.site.zones.get(source) if source else None
        if zone and target and target != source and target not in zone.reaches:
            yield Finding(
                "exchanges",
                exchange.id,
                ("target",),
                f"carries data from {source} to {target}, which are kept apart",
                f"a system in {source}, or {target} in `reaches` of {source}",
                f"{exchange.target} in {target}",
                "lead the exchange through a system that may reach both",
            )


def _one_zone(view: View, system: System, home: dict[str, str]) -> Iterator[Finding]:
    for number, member in enumerate(system.members):
        host = view.site.hosts.get(member)
        zone = _zone_of(view, host) if host else None
        if not zone:
            continue
        first = home.setdefault(system.id, zone)
        if zone != first:
            yield Finding(
                "systems",
                system.id,
                ("members", number),
                f"has members in the zones {first} and {zone}",
                f"members in {first} only",
                f"{member} in {zone}",
                "move the host, or make two systems of it",
            )
