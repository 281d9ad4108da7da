"""All devices of ours at once: what each does, and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from inventory.cabling import management_address
from inventory.model import LineKind, Site
from inventory.secrets import SecretUnavailable
from inventory.ssh import login
from network import render
from network.access import Rejected, Session, Unreachable
from network.bundle import Secrets
from network.change.compare import AT_ONCE, managed
from network.derive import intent
from network.platforms import platform
from network.secrets import KeyUnreadable, secrets
from network.verify.check import Check
from network.verify.collect import Seen
from network.verify.judge import judge
from network.verify.paths import Unknown, walk

LEAST_MTU = 1500
"""Bytes that every Ethernet carries (IEEE 802.3): hosts send so much, and OSPF neighbours must agree."""


def check(site: Site, state: Path) -> list[Check]:
    """Every check of `mroom check network`; a device that cannot be asked is one row that could not be judged."""
    devices = managed(site)
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="check") as pool:
        answers = list(pool.map(lambda device: _device(site, state, device), devices))
    seen = {one.device: one for one, _ in answers if one}
    rows = [row for _, rows in answers for row in rows]
    return [*rows, *_times(seen), *_gateways(site, seen), *_mtus(site, seen), *_diversity(site, seen)]


def _device(site: Site, state: Path, device: str) -> tuple[Seen | None, list[Check]]:
    kind = platform(site.devices[device].platform)
    try:
        with kind.connect(login(site, state), device, management_address(site, device)) as session:
            seen = kind.collect(session)
            return seen, [*judge(intent(site, device), seen), _drift(site, state, device, session)]
    except (Unreachable, Rejected) as error:
        return None, [Check(f"{device}.reach", device, None, str(error))]


def _drift(site: Site, state: Path, device: str, session: Session) -> Check:
    try:
        own: Secrets = secrets(site, state)
    except (SecretUnavailable, KeyUnreadable) as error:
        return Check(f"{device}.drift", device, None, f"{device}: what it should be cannot be made: {error}")
    kind = platform(site.devices[device].platform)
    difference = kind.difference(session, render.bundle(site, device, own))
    subjects = ", ".join(part.subject for part in difference.parts)
    message = f"{device}: differs from the inventory in {subjects}" if subjects else f"{device}: as the inventory says"
    return Check(f"{device}.drift", device, not difference.parts, message)


def _times(seen: Mapping[str, Seen]) -> Iterator[Check]:
    """Where no device at all has a time server, the servers do not serve, and no device can be judged by that."""
    if seen and not any(one.time for one in seen.values()):
        yield Check("ntp", "ntp", None, "no time server answers any device")
        return
    for device, one in seen.items():
        said = "follows a time server" if one.time else "follows no time server, and others do"
        yield Check(f"{device}.ntp", device, one.time, f"{device}: {said}")


def _gateways(site: Site, seen: Mapping[str, Seen]) -> Iterator[Check]:
    for lan in site.lans.values():
        routers = list(lan.gateway.routers) if lan.gateway and lan.building else []
        looked = {router for router in routers if router in seen and seen[router].addresses}
        if len(routers) == 1 or not looked:
            continue
        assert lan.gateway is not None
        address = str(lan.gateway.address)
        holders = [r for r in routers if r in looked and address in seen[r].addresses.get(lan.id, ())]
        judged = len(holders) == 1 if set(routers) <= looked or holders else None
        held = " and ".join(holders) or "nobody"
        yield Check(f"gateway.{lan.id}", lan.id, judged, f"{lan.id}: {held} has the gateway address {address}")


def _mtus(site: Site, seen: Mapping[str, Seen]) -> Iterator[Check]:
    for line in site.lines.values():
        mtus = [seen[end.device].mtu.get(line.id) for end in line.ends if end.device in seen]
        if len(mtus) == len(line.ends):
            ok = mtus[0] is not None and mtus[0] == mtus[1] and mtus[0] >= LEAST_MTU
            yield Check(f"mtu.{line.id}", line.id, ok, f"{line.id}: MTU {mtus[0]} and {mtus[1]}")
    for lan in site.lans.values():
        found = {r: seen[r].mtu.get(lan.id) for r in (lan.gateway.routers if lan.gateway else ()) if r in seen}
        if found:
            ok = len(set(found.values())) == 1 and all(mtu is not None and mtu >= LEAST_MTU for mtu in found.values())
            told = " and ".join(f"{mtu} on {router}" for router, mtu in found.items())
            yield Check(f"mtu.{lan.id}", lan.id, ok, f"{lan.id}: MTU {told}")


def _diversity(site: Site, seen: Mapping[str, Seen]) -> Iterator[Check]:
    """A pair of lines between buildings is diverse as routed: both carry routes, in both directions, and what the
    kernels send from end to end of the one meets no line, duct or router of what they send along the other."""
    for line in site.lines.values():
        if line.kind is not LineKind.inter_building or not line.pair or line.id > line.pair:
            continue
        ends = [(end.device, one) for one in (line.id, line.pair) for end in site.lines[one].ends]
        idle = [f"{router} over {one}" for router, one in ends if router in seen and not _carries(seen[router], one)]
        judged = None if not idle and any(router not in seen for router, _ in ends) else not idle
        carried = f"no route of {', '.join(idle)}" if idle else "both carry routes in both directions"
        try:
            shared = _way(site, seen, line.id) & _way(site, seen, line.pair)
            met = f"their ways share {', '.join(sorted(shared))}" if shared else "their ways share nothing"
            judged = judged and not shared
        except Unknown as error:
            met, judged = str(error), None if judged else judged
        yield Check(f"diverse.{line.id}.{line.pair}", line.id, judged, f"{line.id} and {line.pair}: {carried}; {met}")


def _way(site: Site, seen: Mapping[str, Seen], line: str) -> frozenset[str]:
    """What packets between the ends of a line meet, there and back."""
    one, other = (end.device for end in site.lines[line].ends)
    return walk(site, seen, one, other) | walk(site, seen, other, one) | {one, other}


def _carries(seen: Seen, line: str) -> bool:
    return any(port == line for legs in seen.kernel.values() for port, _ in legs)
