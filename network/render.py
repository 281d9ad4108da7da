"""From the inventory to the files of one device."""

from __future__ import annotations

from inventory.model import Site
from network.bundle import Bundle, Secrets
from network.derive import intent
from network.platforms import platform


def bundle(site: Site, device_id: str, secrets: Secrets) -> Bundle:
    """The whole configuration of a device, by absolute path.

    Raises `KeyError` when the site has no such device, `network.platforms.UnknownPlatform` when nothing renders its
    platform.
    """
    return platform(site.devices[device_id].platform).render(intent(site, device_id), secrets)
