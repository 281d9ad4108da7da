"""Who is asked by `mroom sensors`, and as whom."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from inventory.secrets import is_reference, resolve
from monitoring.snmp.credential import Community, Credential, User, site_user, user_of
from monitoring.snmp.target import target_of
from mroom.exits import Exit
from mroom.failure import Failure
from mroom.output import log
from mroom.settings import settings, site_folder


def credential(
    community: str | None, user: str | None, auth: str | None, priv: str | None, site: str | None
) -> Credential:
    """What the options say; without any, the user of the site. Raises Failure, SecretUnavailable or BadUser."""
    state = settings(site).state
    if community and user:
        raise Failure(Exit.usage, "usage", "--community and --user exclude each other", "give one of them")
    if community:
        if is_reference(community):
            return Community(resolve(community, state))
        log("mroom: a literal community is for tests and public data only; give env:NAME or file:PATH")
        return Community(community)
    if user:
        return _user(user, auth, priv, state)
    import inventory

    return site_user(inventory.load(site_folder(site)).site.access, state)


def _user(user: str, auth: str | None, priv: str | None, state: Path) -> User:
    if bool(auth) != bool(priv):
        raise Failure(
            Exit.usage, "usage", "--auth and --priv belong together", "give both, or the whole user by --user"
        )
    if auth and priv:
        name = resolve(user, state) if is_reference(user) else user
        return user_of(f"{name}:SHA256:{resolve(auth, state)}:AES:{resolve(priv, state)}")
    return user_of(resolve(user, state))


def address(host: str, site: str | None) -> tuple[str, int]:
    """Address and port of HOST[:PORT], of a name, or of an element of the site (from where its devices are reached).

    Raises Failure.
    """
    target = target_of(host)
    if target is None:
        message = f"{host!r} is no HOST[:PORT]"
        raise Failure(Exit.usage, "usage", message, "write 198.18.0.1, 198.18.0.1:1161, [2001:db8::1]:161, or a name")
    name, port = target
    known = _of_site(name, site)
    if known:
        return known, port
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise Failure(
            Exit.unreachable, "unreachable", f"no address for {name!r}: {error.strerror}", "check the name"
        ) from None
    return str(sorted(found, key=lambda row: row[0] != socket.AF_INET)[0][4][0]), port


def _of_site(name: str, site: str | None) -> str | None:
    """The address of an element; None for what is none. Goes to where the site's addresses are reached from."""
    plain = _address(name)
    if name == "localhost" or (plain and plain.is_loopback):
        return None
    import inventory
    from inventory import graph
    from inventory.graph import UnknownElement
    from inventory.problem import InventoryInvalid
    from inventory.show import resolve as show
    from mroom.place import enter

    try:
        model = inventory.load(site_folder(site))
        shown = None if plain else show(model, graph.build(model), name)
    except (UnknownElement, InventoryInvalid):
        return None
    if shown and not shown.addresses:
        message = f"{name} has no address in the inventory"
        raise Failure(Exit.usage, "no-address", message, "name the device or UPS whose SNMP agent tells of it")
    if shown or any(
        plain in network for network in model.site.ranges.inside if plain and plain.version == network.version
    ):
        enter(model, settings(site).state)
    return shown.addresses[0]["address"].partition("/")[0] if shown else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
