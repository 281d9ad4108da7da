"""Who holds a shared gateway address, by VRRP's priorities: the master, unless all its lines are down."""

from __future__ import annotations

import pytest

from inventory.model import Site
from network.derive.gateways import BACKUP, MASTER, gateways


def priority(site: Site, device: str, lan: str, down: int) -> int:
    """VRRP's priority with so many of the device's lines down."""
    own = next(one for one in gateways(site, device) if one.port == lan)
    return own.priority - own.tracked_weight * min(down, len(own.tracked))


@pytest.fixture
def pairs(site: Site) -> list[tuple[str, str, str, int, int]]:
    """LAN, master, stand-by, and how many lines each has."""
    found = []
    for lan in site.lans.values():
        if lan.gateway and len(lan.gateway.routers) > 1:
            master, backup = list(lan.gateway.routers)[:2]
            lines = [next(o for o in gateways(site, one) if o.port == lan.id).tracked for one in (master, backup)]
            found.append((lan.id, master, backup, len(lines[0]), len(lines[1])))
    return found


def test_the_master_keeps_the_address_while_one_of_its_lines_is_up(
    site: Site, pairs: list[tuple[str, str, str, int, int]]
) -> None:
    assert pairs
    for lan, master, backup, own, _ in pairs:
        assert priority(site, master, lan, own - 1) > priority(site, backup, lan, 0), lan


def test_the_stand_by_takes_over_with_any_line_left_when_the_master_has_none(
    site: Site, pairs: list[tuple[str, str, str, int, int]]
) -> None:
    for lan, master, backup, own, peers in pairs:
        assert priority(site, master, lan, own) < priority(site, backup, lan, peers - 1), lan


def test_priorities_stay_in_vrrps_range(site: Site, pairs: list[tuple[str, str, str, int, int]]) -> None:
    for lan, master, backup, own, peers in pairs:
        assert 1 <= priority(site, master, lan, own) <= MASTER
        assert 1 <= priority(site, backup, lan, peers) <= BACKUP
