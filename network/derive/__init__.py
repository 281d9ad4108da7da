"""From the inventory to the intent of one device. One file per topic; nothing here knows a vendor."""

from __future__ import annotations

from ipaddress import IPv4Address

from inventory.cabling import management_address
from inventory.model import DeviceRole, Site
from network.derive.bgp import bgp
from network.derive.gateways import gateways
from network.derive.management import management
from network.derive.ospf import loopback, ospf
from network.derive.policy import policy
from network.derive.ports import ports
from network.intent import Intent

FORWARDS = (DeviceRole.core, DeviceRole.edge)


def intent(site: Site, device_id: str) -> Intent:
    """What the device has to do. Raises KeyError when the site has no such device."""
    device = site.devices[device_id]
    common = Intent(
        device=device_id,
        role=device.role,
        address=IPv4Address(management_address(site, device_id)),
        management=management(site, device_id),
    )
    if device.role is DeviceRole.access:
        return common
    ours = device.role in FORWARDS
    return Intent(
        device=device_id,
        role=device.role,
        address=common.address,
        management=common.management,
        ports=ports(site, device_id),
        loopback=loopback(site, device_id) if ours else None,
        ospf=ospf(site, device_id) if ours else None,
        gateways=gateways(site, device_id),
        bgp=bgp(site, device_id),
        policy=policy(site) if ours else None,
    )
