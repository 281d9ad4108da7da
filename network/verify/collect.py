"""Ask a Linux device in one round trip for all that is judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from network.access import Session
from network.linux_device import script


@dataclass(frozen=True)
class Seen:
    """A device's answers; what it does not run is empty. Routes are destination -> (interface, gateway) of each leg."""

    device: str
    ospf: Mapping[str, str] = field(default_factory=dict)
    """Interface -> state of the neighbour there (`Full`)."""
    bfd: Mapping[str, str] = field(default_factory=dict)
    """Neighbour's address -> state."""
    bgp: Mapping[str, str] = field(default_factory=dict)
    """Neighbour's address -> state."""
    routes: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """What FRR says that it gave to the kernel, of the routes that it learnt."""
    kernel: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """What the kernel has of them."""
    usable: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Every leg that a routing protocol offers for them, whether or not FRR says that the kernel has it."""
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mtu: Mapping[str, int] = field(default_factory=dict)
    time: bool | None = None
    """Whether a time server was chosen; None without an answer from chronyd."""


def collect(session: Session) -> Seen:
    """Raises `Unreachable`."""
    answer = session.run("bash", "-c", script("collect.sh"))
    said = _sections(answer.text())
    return Seen(
        device=session.device,
        ospf=_ospf(_json(said, "ospf")),
        bfd={peer["peer"]: peer["status"] for peer in _json(said, "bfd") or []},
        bgp=_bgp(_json(said, "bgp")),
        routes=_routes(_json(said, "routes"), lambda hop: bool(hop.get("fib"))),
        usable=_routes(_json(said, "routes"), lambda hop: bool(hop.get("active")) and not hop.get("recursive")),
        kernel=_kernel(_json(said, "kernel")),
        addresses={
            link["ifname"]: frozenset(address["local"] for address in link["addr_info"])
            for link in _json(said, "addresses") or []
        },
        mtu={link["ifname"]: link["mtu"] for link in _json(said, "links") or []},
        time=any(row.split(",")[1:2] == ["*"] for row in said.get("time", "").split()) if said.get("time") else None,
    )


def _sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in text.split("\n@"):
        name, _, rest = block.lstrip("@").partition("\n")
        found[name] = rest.strip()
    return found


def _json(said: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(said.get(name) or "null")
    except ValueError:
        return None


def _ospf(answer: Any) -> dict[str, str]:
    neighbours = [n for group in (answer or {}).get("neighbors", {}).values() for n in group]
    return {n["ifaceName"].split(":")[0]: n.get("converged", n.get("state", "")) for n in neighbours}


def _bgp(answer: Any) -> dict[str, str]:
    return {address: peer["state"] for address, peer in (answer or {}).get("ipv4Unicast", {}).get("peers", {}).items()}


def _routes(answer: Any, counts: Callable[[Any], bool]) -> dict[str, frozenset[tuple[str, str]]]:
    found = {}
    for prefix, entries in (answer or {}).items():
        for entry in entries:
            if entry.get("selected") and entry["protocol"] in ("ospf", "bgp"):
                hops = [hop for hop in entry["nexthops"] if counts(hop)]
                found[prefix] = frozenset((hop.get("interfaceName", ""), hop.get("ip", "")) for hop in hops)
    return found


def _kernel(answer: Any) -> dict[str, frozenset[tuple[str, str]]]:
    found = {}
    for route in answer or []:
        if route.get("protocol") in ("ospf", "bgp"):
            prefix = "0.0.0.0/0" if route["dst"] == "default" else route["dst"]
            hops = route.get("nexthops", [route])
            name = prefix if "/" in prefix else f"{prefix}/32"
            found[name] = frozenset((hop.get("dev", ""), hop.get("gateway", "")) for hop in hops)
    return found
