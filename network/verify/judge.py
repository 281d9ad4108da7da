"""Hold what a device does to what it should do."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from network.intent import Intent, Port
from network.verify.check import Check
from network.verify.collect import Seen

MOST = 5
"""So many are named in one line, which a person should be able to read."""


def judge(intent: Intent, seen: Seen) -> list[Check]:
    """Neighbours, BFD, BGP with routers, and whether the kernel has the routes that FRR says it has."""
    if not intent.ports:
        return []
    routes = [*_kernel(seen), *_legs(seen)] if seen.routes or seen.kernel else [_no_routes(seen)]
    return [*_lines(intent, seen), *_sessions(intent, seen), *routes]


def _other(port: Port) -> IPv4Address:
    one, two = port.address.network
    return two if port.address.ip == one else one


def _lines(intent: Intent, seen: Seen) -> Iterator[Check]:
    for port in intent.ports:
        if port.ospf is None or port.ospf.passive:
            continue
        state = seen.ospf.get(port.hardware, seen.ospf.get(port.name, "no neighbour"))
        yield _check(seen, "ospf", port.name, port.name, state == "Full", f"OSPF neighbour is {state}")
        if port.ospf.bfd_milliseconds:
            bfd = seen.bfd.get(str(_other(port)), "no session")
            yield _check(seen, "bfd", port.name, port.name, bfd == "up", f"BFD is {bfd}")


def _sessions(intent: Intent, seen: Seen) -> Iterator[Check]:
    for neighbour in intent.bgp.neighbours if intent.bgp else ():
        if not neighbour.host:  # a host speaks when it has something to serve
            state = seen.bgp.get(str(neighbour.address), "no session")
            yield _check(seen, "bgp", neighbour.name, neighbour.name, state == "Established", f"BGP is {state}")


def _no_routes(seen: Seen) -> Check:
    """A router without one route shows in its neighbours too; a platform whose routes are not read, only here."""
    return _check(seen, "kernel", "routes", seen.device, None, "no route was seen")


def _kernel(seen: Seen) -> Iterator[Check]:
    wrong = [prefix for prefix, legs in seen.routes.items() if seen.kernel.get(prefix) != legs]
    wrong += [prefix for prefix in seen.kernel if prefix not in seen.routes]
    message = (
        f"the kernel differs from FRR in {_shown(wrong)}"
        if wrong
        else f"{len(seen.kernel)} routes, all as FRR has them"
    )
    yield _check(seen, "kernel", "routes", seen.device, not wrong, message)


def _legs(seen: Seen) -> Iterator[Check]:
    """Equally short ways that FRR knows are legs in the kernel: FRR has been seen to say two and to give it one."""
    several = {prefix: legs for prefix, legs in seen.usable.items() if len(legs) > 1}
    fewer = [
        f"{prefix} over {_ports(seen.kernel.get(prefix, frozenset()))} instead of {_ports(legs)}"
        for prefix, legs in several.items()
        if seen.kernel.get(prefix) != legs
    ]
    message = _shown(fewer) if fewer else f"{len(several)} routes over more than one way, all of them in the kernel"
    yield _check(seen, "ecmp", "legs", seen.device, bool(seen.kernel) and not fewer, message)


def _ports(legs: frozenset[tuple[str, str]]) -> str:
    return " and ".join(sorted(port for port, _ in legs)) or "nothing"


def _shown(found: list[str]) -> str:
    return ", ".join(found[:MOST]) + (" …" if len(found) > MOST else "")


def _check(seen: Seen, what: str, name: str, element: str, ok: bool | None, message: str) -> Check:
    return Check(f"{seen.device}.{what}.{name}", element, ok, f"{seen.device}: {name}: {message}")
