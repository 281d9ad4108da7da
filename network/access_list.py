"""The zone policy as an extended access list of one LAN's inbound packets, for platforms that filter at the port.

The order is that of the Linux routers' rules: path errors, services, exceptions by name, zones, answers, outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from network.intent import Management, Policy, Port, ZonePolicy

PROBES = "range 20000 20099"
"""UDP ports of measurement (monitoring/probes)."""
ANSWERING = ("eq 53", "eq 67", "eq 123", "eq 161", "eq 162", PROBES)
INFRASTRUCTURE, ENTRIES, OURS = "infrastructure", "entries", "ours"


def groups(policy: Policy, ports: tuple[Port, ...]) -> dict[str, tuple[IPv4Network, ...]]:
    """The address groups that the lists refer to: zones, what each LAN may send from, and ours."""
    found = {f"zone-{zone.id}": zone.prefixes for zone in policy.zones}
    found |= {f"lan-{port.name}": port.sources for port in ports if port.lan}
    entries = tuple(IPv4Network(entry) for entry in policy.entries)
    return {**found, INFRASTRUCTURE: policy.infrastructure, ENTRIES: entries, OURS: policy.ours}


def access_list(policy: Policy, management: Management, port: Port) -> list[str]:
    """The entries for packets that come in from a LAN; what none permits is dropped."""
    zone = next(z for z in policy.zones if port.address.network in z.prefixes)
    own = f"object-group lan-{port.name}"
    return [
        "permit 112 any host 224.0.0.18",
        f"permit icmp {own} any unreachable",
        f"permit icmp {own} any time-exceeded",
        *_services(management, own),
        *_by_name(policy, port),
        *_zones(zone, own),
        *_outside(policy, zone, own),
    ]


def _services(management: Management, own: str) -> Iterator[str]:
    yield from (f"permit udp {own} host {server} eq 123" for server in management.ntp)
    yield from (f"permit {kind} {own} host {r} eq 53" for r in management.resolvers for kind in ("udp", "tcp"))
    yield from (f"permit udp {own} host {collector} eq 514" for collector in management.syslog)
    yield from (f"permit udp {own} host {receiver} eq 162" for receiver in management.traps)


def _by_name(policy: Policy, port: Port) -> Iterator[str]:
    """Voters of one system, and members of a system that use another's entry."""
    for one, other in (*policy.quorum, *policy.uses):
        if any(one in source for source in port.sources):
            yield f"permit ip host {one} host {other}"
        if (one, other) in policy.uses and any(other in source for source in port.sources):
            yield from _answers(f"host {other}", f"host {one}")


def _zones(zone: ZonePolicy, own: str) -> Iterator[str]:
    yield from (f"permit ip {own} object-group zone-{reached}" for reached in (zone.id, *zone.reaches))
    if zone.entries:
        yield f"permit ip {own} object-group {ENTRIES}"
    yield f"permit {'ip' if zone.infrastructure else 'icmp'} {own} object-group {INFRASTRUCTURE}"
    for answered in zone.answers:
        yield from _answers(own, f"object-group zone-{answered}")


def _answers(own: str, other: str) -> Iterator[str]:
    """What opens no connection: established TCP, UDP from a port that answers, an echo's reply."""
    yield f"permit tcp {own} {other} established"
    yield from (f"permit udp {own} {port} {other}" for port in ANSWERING)
    yield f"permit icmp {own} {other} echo-reply"


def _outside(policy: Policy, zone: ZonePolicy, own: str) -> Iterator[str]:
    if not zone.outside and zone.id not in policy.public_zones:
        return
    # whatever is ours and was not permitted above must not pass as if it were outside
    yield f"deny ip {own} object-group {OURS}"
    if zone.outside:
        yield f"permit ip {own} any"
    else:
        yield from _answers(own, "any")
