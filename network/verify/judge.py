"""Hold what a device does to what it should do."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from network.intent import Intent, Port
from network.verify.check import Check
from network.verify.collect import Seen


def judge(intent: Intent, seen: Seen) -> list[Check]:
    """Neighbours, BFD, BGP with routers, and whether the kernel has the routes that FRR says it has."""
    return [*_lines(intent, seen), *_sessions(intent, seen), *_kernel(seen)] if intent.ports else []


def _other(port: Port) -> IPv4Address:
    one, two = port.address.network
    return two if port.address.ip == one else one


def _lines(intent: Intent, seen: Seen) -> Iterator[Check]:
    for port in intent.ports:
        if port.ospf is None or port.ospf.passive:
            continue
        state = seen.ospf.get(port.name, "no neighbour")
        yield _check(seen, "ospf", port.name, port.name, state == "Full", f"OSPF neighbour is {state}")
        if port.ospf.bfd_milliseconds:
            bfd = seen.bfd.get(str(_other(port)), "no session")
            yield _check(seen, "bfd", port.name, port.name, bfd == "up", f"BFD is {bfd}")


def _sessions(intent: Intent, seen: Seen) -> Iterator[Check]:
    for neighbour in intent.bgp.neighbours if intent.bgp else ():
        if not neighbour.host:  # a host speaks when it has something to serve
            state = seen.bgp.get(str(neighbour.address), "no session")
            yield _check(seen, "bgp", neighbour.name, neighbour.name, state == "Established", f"BGP is {state}")


def _kernel(seen: Seen) -> Iterator[Check]:
    wrong = [prefix for prefix, legs in seen.routes.items() if seen.kernel.get(prefix) != legs]
    wrong += [prefix for prefix in seen.kernel if prefix not in seen.routes]
    shown = ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")  # noqa: PLR2004 a line that can be read
    message = f"the kernel differs from FRR in {shown}" if wrong else f"{len(seen.kernel)} routes, all as FRR has them"
    yield _check(seen, "kernel", "routes", seen.device, not wrong, message)
    legs = sum(len(hops) > 1 for hops in seen.kernel.values())
    yield _check(seen, "ecmp", "legs", seen.device, bool(seen.kernel), f"{legs} routes over more than one way")


def _check(seen: Seen, what: str, name: str, element: str, ok: bool | None, message: str) -> Check:
    return Check(f"{seen.device}.{what}.{name}", element, ok, f"{seen.device}: {name}: {message}")
