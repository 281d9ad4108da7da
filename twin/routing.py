"""What the routers say about each other: OSPF adjacencies, BFD sessions of the lines, BGP with the carriers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

from inventory.model import Line, LineKind, Site
from twin.vty import ask

Roots = Mapping[str, Path]
"""Router that runs -> its root folder."""


def speaks_ospf(line: Line) -> bool:
    """Inside it is OSPF; towards and between the carriers it is BGP."""
    return line.kind not in (LineKind.outside, LineKind.peering)


def expected(site: Site, wanted: Callable[[Line], bool]) -> list[tuple[str, str, str]]:
    """(router, the neighbour's address, line) for both ends of every line that is wanted."""
    found = []
    for line in site.lines.values():
        if wanted(line):
            for own, peer in (line.ends, line.ends[::-1]):
                found.append((own.device, str(IPv4Interface(peer.address).ip), line.id))
    return found


def ospf(site: Site, roots: Roots) -> list[str]:
    """Adjacencies that are expected and not Full, as `router: line`."""
    return _missing(site, roots, speaks_ospf, _full_neighbours)


def bfd(site: Site, roots: Roots) -> list[str]:
    """BFD sessions of lines that are not up."""
    return _missing(site, roots, lambda _: True, _bfd_up)


def bgp(site: Site, roots: Roots) -> list[str]:
    """Sessions over outside and peering lines that are not established."""
    return _missing(site, roots, lambda line: not speaks_ospf(line), _bgp_established)


def _missing(site: Site, roots: Roots, wanted: Callable[[Line], bool], look: Callable[[Path], set[str]]) -> list[str]:
    pairs = expected(site, wanted)
    seen = {router: look(roots[router]) for router in dict.fromkeys(p[0] for p in pairs) if router in roots}
    return [f"{router}: {line}" for router, peer, line in pairs if peer not in seen.get(router, ())]


def _full_neighbours(root: Path) -> set[str]:
    answer: dict[str, Any] = ask(root, "ospfd", "show ip ospf neighbor json") or {}
    return {n["address"] for group in answer.get("neighbors", {}).values() for n in group if n["converged"] == "Full"}


def _bfd_up(root: Path) -> set[str]:
    return {peer["peer"] for peer in ask(root, "bfdd", "show bfd peers json") or [] if peer["status"] == "up"}


def _bgp_established(root: Path) -> set[str]:
    return set(_established(ask(root, "bgpd", "show bgp summary json") or {}))


def _established(answer: dict[str, Any]) -> Iterator[str]:
    for address, peer in answer.get("ipv4Unicast", {}).get("peers", {}).items():
        if peer["state"] == "Established":
            yield address
