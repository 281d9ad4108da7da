"""LANs: their gateway and their switch."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from inventory.model import Gateway, Lan
from inventory.rules.lines import ROUTES
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View

Path = tuple[str | int, ...]


def _gateways(view: View) -> Iterator[tuple[Lan, Gateway]]:
    for lan in view.site.lans.values():
        if lan.gateway:
            yield lan, lan.gateway


@rule("gateway-address")
def addresses(view: View) -> Iterator[Finding]:
    """The gateway's address and its routers' own lie in the LAN's prefix, between its first and its last address."""
    for lan, gateway in _gateways(view):
        claimed: list[tuple[Path, IPv4Address]] = [(("gateway", "address"), gateway.address)]
        claimed += [(("gateway", "routers", name), address) for name, address in gateway.routers.items()]
        for path, address in claimed:
            if address not in lan.prefix or address in {lan.prefix.network_address, lan.prefix.broadcast_address}:
                yield Finding(
                    "lans",
                    lan.id,
                    path,
                    f": {path[-1]} has no address of the LAN",
                    f"an address between the first and the last of {lan.prefix}",
                    str(address),
                    "correct the address",
                )


@rule("gateway-shared")
def shared(view: View) -> Iterator[Finding]:
    """Two routers share a gateway address that is neither router's own: VRRP moves it between them."""
    for lan, gateway in _gateways(view):
        own = next((name for name, address in gateway.routers.items() if address == gateway.address), None)
        if own and len(gateway.routers) > 1:
            yield Finding(
                "lans",
                lan.id,
                ("gateway", "address"),
                f": the shared address is that of {own}",
                "an address that no router has of its own",
                str(gateway.address),
                f"give {own} another address",
            )


@rule("gateway-router")
def routers(view: View) -> Iterator[Finding]:
    """A gateway is a router, and stands in the LAN's building."""
    for lan, gateway in _gateways(view):
        for name in gateway.routers:
            device = view.site.devices.get(name)
            path = ("gateway", "routers", name, "[key]")
            if device and device.role not in ROUTES:
                yield Finding(
                    "lans",
                    lan.id,
                    path,
                    f": its gateway {name} is a switch",
                    "a router (role core, edge or carrier)",
                    f"role {device.role}",
                    "name a router",
                )
            building = view.building("devices", name)
            if building and lan.building and building != lan.building:
                yield Finding(
                    "lans",
                    lan.id,
                    path,
                    f": its gateway {name} stands in another building",
                    f"a router in {lan.building}",
                    f"{name} in {building}",
                    "name a router of that building",
                )


@rule("gateway-missing", acceptable=True)
def without(view: View) -> Iterator[Finding]:
    """A LAN with hosts or clients has a gateway: without one nobody reaches them."""
    used = {host.lan for host in view.site.hosts.values()} | {client.lan for client in view.site.clients.values()}
    for lan in view.site.lans.values():
        if not lan.gateway and lan.id in used:
            yield Finding(
                "lans",
                lan.id,
                ("gateway",),
                "has hosts but no gateway",
                "gateway: {address, routers}",
                "none",
                "add the gateway",
            )


@rule("switch-role")
def switches(view: View) -> Iterator[Finding]:
    """A LAN's switch is an access device, in the LAN's building, and serves that LAN alone."""
    first: dict[str, Lan] = {}
    for lan in view.site.lans.values():
        device = view.site.devices.get(lan.switch)
        if device and device.role in ROUTES:
            yield Finding(
                "lans",
                lan.id,
                ("switch",),
                f": its switch {device.id} is a router",
                "an access device",
                f"role {device.role}",
                "name a device of role access",
            )
        building = view.building("devices", lan.switch)
        if building and lan.building and building != lan.building:
            yield Finding(
                "lans",
                lan.id,
                ("switch",),
                f": its switch {lan.switch} stands in another building",
                f"a switch in {lan.building}",
                f"{lan.switch} in {building}",
                "name a switch of that building",
            )
        before = first.setdefault(lan.switch, lan)
        if before is not lan and before.zone == lan.zone:
            yield Finding(
                "lans",
                lan.id,
                ("switch",),
                f"and {before.id} share the switch {lan.switch}",
                "a switch of its own",
                lan.switch,
                "name another switch: one bridge is one LAN",
            )


@rule("address-in-lan")
def routed(view: View) -> Iterator[Finding]:
    """A loopback or a system's entry is routed as a /32, so it lies in no LAN."""
    claimed = [("devices", d.id, ("loopback",), d.loopback) for d in view.site.devices.values() if d.loopback]
    claimed += [("systems", s.id, ("entry", "address"), s.entry.address) for s in view.site.systems.values() if s.entry]  # type: ignore[misc]
    for collection, id_, path, address in claimed:
        lan = view.lan_of(address)
        if lan:
            yield Finding(
                collection,
                id_,
                path,
                f"has an address inside the LAN {lan}",
                "an address that lies in no LAN",
                str(address),
                "choose an address outside every prefix: neighbours in the LAN would never ask a router for it",
            )
