"""What is broken in the network before a change begins: it counts as out while the change runs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from inventory.cabling import management_address
from inventory.model import LineKind, Site
from inventory.ssh import login
from network.access import Rejected, Unreachable
from network.change.compare import AT_ONCE, managed
from network.derive import intent
from network.platforms import platform
from network.verify import Seen, judge


def faults(site: Site, state: Path) -> tuple[str, ...]:
    """Routers that do not answer, and lines over which an end has no neighbour, in the order of the inventory."""
    routers = [device for device in managed(site) if site.devices[device].loopback]
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="faults") as pool:
        seen = dict(zip(routers, pool.map(lambda router: _look(site, state, router), routers), strict=True))
    down = {line for router, one in seen.items() for line in (lines_down(site, one) if one else ())}
    return (*(router for router, one in seen.items() if one is None), *(line for line in site.lines if line in down))


def _look(site: Site, state: Path, router: str) -> Seen | None:
    kind = platform(site.devices[router].platform)
    try:
        with kind.connect(login(site, state), router, management_address(site, router)) as session:
            return kind.collect(session)
    except (Unreachable, Rejected):
        return None


def lines_down(site: Site, seen: Seen) -> Iterator[str]:
    """Lines over which a router has no neighbour."""
    for check in judge(intent(site, seen.device), seen):
        if check.ok is not False:
            continue
        if check.id == f"{seen.device}.ospf.{check.element}":
            yield check.element
        elif check.id == f"{seen.device}.bgp.{check.element}":
            yield from _outside(site, seen.device, check.element)


def _outside(site: Site, router: str, carrier: str) -> Iterator[str]:
    """The line to a carrier's router; sessions with routers of ours go over many lines, and tell of none."""
    for line in site.lines.values():
        if line.kind is LineKind.outside and {end.device for end in line.ends} == {router, carrier}:
            yield line.id
