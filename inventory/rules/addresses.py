"""Every address is unique, inside the site's ranges, and in the LAN that it is used in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from inventory.addresses import Given, given, interface_of
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

Path = tuple[str | int, ...]


@rule("duplicate-address")
def duplicates(view: View) -> Iterator[Finding]:
    """No two objects have the same address."""
    first: dict[IPv4Address, Given] = {}
    for used in given(view.site):
        before = first.setdefault(used.address, used)
        if before is not used:
            yield Finding(
                used.collection,
                used.id,
                used.path,
                f"has the address of {before.collection}.{before.id}",
                "an address that nothing else has",
                str(used.address),
                "give one of the two another address",
            )


def _holds(ranges: tuple[IPv4Network, ...], address: IPv4Address) -> bool:
    return any(address in range_ for range_ in ranges)


@rule("address-outside-ranges")
def ranges(view: View) -> Iterator[Finding]:
    """Every address and prefix lies in the site's ranges."""
    if not view.settings:
        return
    allowed = view.settings.ranges.both
    wanted = ", ".join(map(str, allowed))
    hint = "correct the address, or add its range to `site.ranges`"
    for used in given(view.site):
        if not _holds(allowed, used.address):
            yield Finding(
                used.collection,
                used.id,
                used.path,
                "has an address outside the site's ranges",
                wanted,
                str(used.address),
                hint,
            )
    for lan in view.site.lans.values():
        if not any(lan.prefix.subnet_of(range_) for range_ in allowed):
            yield Finding(
                "lans", lan.id, ("prefix",), "has a prefix outside the site's ranges", wanted, str(lan.prefix), hint
            )


@rule("address-outside-lan")
def in_lan(view: View) -> Iterator[Finding]:
    """A host's, client's or switch's address is one of its LAN, and neither its first nor its last."""
    served = {lan.switch: lan for lan in reversed(list(view.site.lans.values()))}
    for collection, element in view.elements("hosts", "clients"):
        lan = view.site.lans.get(getattr(element, "lan", ""))
        if lan:
            yield from _in(collection, element.id, getattr(element, "address"), lan.id, lan.prefix)  # noqa: B009
    for device in view.site.devices.values():
        lan = served.get(device.id)
        if device.address and lan:
            yield from _in("devices", device.id, device.address, lan.id, lan.prefix)


def _in(collection: str, id_: str, address: IPv4Address, lan: str, prefix: IPv4Network) -> Iterator[Finding]:
    if address not in prefix:
        yield Finding(
            collection,
            id_,
            ("address",),
            f"has an address outside its LAN {lan}",
            f"an address of {prefix}",
            str(address),
            "correct the address, or name the LAN that it is in",
        )
    elif prefix.num_addresses > 2 and address in {prefix.network_address, prefix.broadcast_address}:  # noqa: PLR2004 a /31 has neither
        yield Finding(
            collection,
            id_,
            ("address",),
            "has an address that no host can have",
            f"an address between the first and the last of {prefix}",
            str(address),
            "choose another",
        )


@rule("prefix-overlap")
def overlaps(view: View) -> Iterator[Finding]:
    """No two LANs and no LAN and line share addresses."""
    spans: list[tuple[int, int, str, str, Path]] = [
        (int(lan.prefix.network_address), int(lan.prefix.broadcast_address), "lans", lan.id, ("prefix",))
        for lan in view.site.lans.values()
    ]
    for line in view.site.lines.values():
        interface = interface_of(line.ends[0].address)
        if interface:
            net = interface.network
            spans.append(
                (int(net.network_address), int(net.broadcast_address), "lines", line.id, ("ends", 0, "address"))
            )
    spans.sort(key=lambda span: span[:4])
    highest = -1
    holder = ("", "")
    for low, high, collection, id_, path in spans:
        if low <= highest:
            yield Finding(
                collection,
                id_,
                path,
                f"overlaps {'.'.join(holder)}",
                "addresses of its own",
                f"{IPv4Address(low)} to {IPv4Address(high)}",
                "give one of the two another prefix",
            )
        if high > highest:
            highest, holder = high, (collection, id_)


@rule("address-missing")
def missing(view: View) -> Iterator[Finding]:
    """A device has a loopback, or a management address in its LAN: otherwise nothing can reach it."""
    for device in view.site.devices.values():
        if not device.loopback and not device.address:
            yield Finding(
                "devices",
                device.id,
                ("loopback",),
                "has no address to reach it at",
                "loopback (routers) or address (switches)",
                "neither",
                "add one of the two",
            )
