"""Words that stand for something outside the inventory: a platform is a file of network/platforms, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inventory.rules.rule import Finding, rule
from inventory.rules.view import View
from inventory.words import did_you_mean, either

PLATFORMS = Path(__file__).parents[2] / "network" / "platforms"
HOST_KINDS = ("host", "noc", "agent", "console")
"""The kinds of twin nodes that a host can be."""


@cache
def platforms() -> tuple[str, ...]:
    """The platforms that configurations can be made for. Adding one is one file there, and nothing here."""
    return tuple(sorted(path.stem for path in PLATFORMS.glob("*.py") if not path.stem.startswith("_")))


@rule("unknown-platform")
def known_platform(view: View) -> Iterator[Finding]:
    """A device is of a platform that configurations can be made for (a file of network/platforms)."""
    for device in view.site.devices.values():
        if device.platform not in platforms():
            yield Finding(
                "devices",
                device.id,
                ("platform",),
                f"is of the platform {device.platform}, which nobody knows",
                "the name of a file of network/platforms",
                repr(device.platform),
                did_you_mean(device.platform, platforms(), f"write one of {either(platforms())}, or add it there"),
            )


@rule("host-kind")
def known_kind(view: View) -> Iterator[Finding]:
    """A host is of a kind that a node of the twin can be."""
    for host in view.site.hosts.values():
        if host.kind not in HOST_KINDS:
            yield Finding(
                "hosts",
                host.id,
                ("kind",),
                f"is of the kind {host.kind}, which nobody knows",
                either(HOST_KINDS),
                repr(host.kind),
                did_you_mean(host.kind, HOST_KINDS, f"write one of {either(HOST_KINDS)}"),
            )
