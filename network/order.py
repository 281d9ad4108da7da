"""One change of one device, as it is ordered."""

from __future__ import annotations

from dataclasses import dataclass

from network.difference import Difference


@dataclass(frozen=True)
class Order:
    """What to change, and what becomes of it without a confirmation."""

    change: str
    difference: Difference
    confirm_seconds: int
    """The device takes the change back unless it is confirmed in this time."""
    drain_ports: tuple[str, ...] | None = None
    """LANs to be drained with the router; None where nothing is drained."""
    drain_asn: int | None = None
    drain_ramp: tuple[int, ...] = ()
    """What is added to the router's costs before they jump to the greatest, one after the other (derive/ramp.py)."""
    drain_seconds: float = 1.5
    """Measured: OSPF needs 0.5 s to move what goes to its own prefixes, BGP's graceful shutdown 0.6 s; but FRR looks at
    external routes (entries, the default) only 1 s after it has looked at the others (OSPF_ASE_CALC_INTERVAL)."""
