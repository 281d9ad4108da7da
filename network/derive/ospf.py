"""OSPF of a device beyond its interfaces."""

from __future__ import annotations

from inventory.model import DeviceRole, Site
from network.derive.entries import metrics, served_by
from network.derive.ports import area_of
from network.intent import Ospf, OspfPort


def loopback(site: Site, device_id: str) -> OspfPort:
    """How the device's loopback is announced."""
    return OspfPort(area=area_of(site, device_id), cost=0, passive=True, bfd_milliseconds=None)


def ospf(site: Site, device_id: str) -> Ospf:
    """Areas other than the backbone are stubs: an external route (an entry) must never be reached across them.

    RFC 2328 16.4.1 prefers a path to the announcing router inside a non-backbone area over one through the backbone,
    so with a normal area the witness place would carry traffic between the buildings. FRR applies that preference to
    stubs too and then finds no route at all, hence `compatible rfc1583` (least cost wins) and the witness lines' high
    cost in the inventory.
    """
    areas = {line.ospf_area for line in site.lines.values() if device_id in {end.device for end in line.ends}} | {
        area_of(site, device_id)
    }
    return Ospf(
        stubs=tuple(sorted(areas - {0})),
        default=site.devices[device_id].role is DeviceRole.edge,
        metrics=metrics(site) if served_by(site, device_id) else (),
    )
