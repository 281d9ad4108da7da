"""Every device beside what it should be, many at once; one that cannot be asked is a row, not an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from network.access import Rejected, Unreachable
from network.bundle import Bundle
from network.difference import Difference
from network.platforms import platform

AT_ONCE = 16
"""Sessions at the same time."""


@dataclass(frozen=True)
class Found:
    """What was found on a device: a difference (maybe an empty one), or why there is none."""

    device: str
    difference: Difference | None
    trouble: str = ""

    @property
    def same(self) -> bool:
        return self.difference is not None and not self.difference.parts


def managed(site: Site) -> list[str]:
    """The devices that are ours to change: what stands in no rack of ours is not."""
    return [device.id for device in site.devices.values() if device.rack]


def compare(
    site: Site, state: Path, wanted: Mapping[str, Bundle], log: Callable[[str], None] = lambda _: None
) -> list[Found]:
    """Read each device and compare it with its wanted bundle, in the order of `wanted`."""
    reach = login(site, state)

    def look(device: str) -> Found:
        kind = platform(site.devices[device].platform)
        try:
            with kind.connect(reach, device, management_address(site, device)) as session:
                return Found(device, kind.difference(session, wanted[device]))
        except (Unreachable, Rejected) as error:
            log(str(error))
            return Found(device, None, str(error))

    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="compare") as pool:
        return list(pool.map(look, wanted))
