"""Autonomous systems: the city has one, its hosts have one, each carrier has its own."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import DeviceRole, LineKind
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View


@rule("asn-conflict")
def numbers(view: View) -> Iterator[Finding]:
    """AS numbers that must differ differ, and those that must agree agree."""
    yield from _carriers(view)
    if view.settings and view.settings.host_asn == view.settings.asn:
        yield Finding(
            "site",
            "",
            ("host_asn",),
            ".host_asn: the hosts have the AS number of the city",
            "a number of its own",
            str(view.settings.host_asn),
            "choose another: hosts announce entries by eBGP",
        )
    for device in view.site.devices.values():
        if device.asn is None:
            continue
        carrier = view.site.carriers.get(device.carrier) if device.carrier else None
        ours = view.settings and not device.carrier and device.role is not DeviceRole.carrier
        wanted = carrier.asn if carrier else view.settings.asn if view.settings and ours else None
        if wanted is not None and device.asn != wanted:
            whose = f"carriers.{device.carrier}" if carrier else "site.asn"
            yield Finding(
                "devices",
                device.id,
                ("asn",),
                f"has another AS number than {whose}",
                str(wanted),
                str(device.asn),
                "correct one of the two",
            )


def _carriers(view: View) -> Iterator[Finding]:
    first: dict[int, str] = {}
    if view.settings:
        first = {view.settings.asn: "site.asn", view.settings.host_asn: "site.host_asn"}
    for carrier in view.site.carriers.values():
        if carrier.asn is None:
            continue
        before = first.setdefault(carrier.asn, f"carriers.{carrier.id}")
        if before != f"carriers.{carrier.id}":
            yield Finding(
                "carriers",
                carrier.id,
                ("asn",),
                f"has the AS number of {before}",
                "a number of its own",
                str(carrier.asn),
                "correct one of the two",
            )


@rule("asn-missing")
def missing(view: View) -> Iterator[Finding]:
    """Both ends of an outside line have an AS number: they speak eBGP."""
    for line in view.site.lines.values():
        if line.kind not in {LineKind.outside, LineKind.peering}:
            continue
        for end in line.ends:
            device = view.site.devices.get(end.device)
            if device and device.asn is None:
                yield Finding(
                    "devices",
                    device.id,
                    ("asn",),
                    f"ends {line.id} without an AS number",
                    "asn, a number",
                    "none",
                    "add `asn:`",
                )


@rule("outside-line")
def outside(view: View) -> Iterator[Finding]:
    """An outside line joins one of our edge routers to a carrier's router."""
    for line in view.site.lines.values():
        devices = [view.site.devices.get(end.device) for end in line.ends]
        roles = {device.role for device in devices if device}
        if line.kind is LineKind.outside and None not in devices and roles != {DeviceRole.edge, DeviceRole.carrier}:
            yield Finding(
                "lines",
                line.id,
                ("ends",),
                "does not join our edge to a carrier",
                "one device of role edge and one of role carrier",
                " and ".join(sorted(roles)),
                "correct an end, or the kind",
            )


@rule("carrier-missing")
def carriers(view: View) -> Iterator[Finding]:
    """A carrier's router says whose it is."""
    for device in view.site.devices.values():
        if device.role is DeviceRole.carrier and not device.carrier:
            yield Finding(
                "devices",
                device.id,
                ("carrier",),
                "is a carrier's, but not whose",
                "carrier, a key of `carriers:`",
                "none",
                "add `carrier:`",
            )
