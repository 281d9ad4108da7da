"""Do the systems serve? One check per system and place to look from, all at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inventory.model import Client, Scope, Site, System
from inventory.secrets import SecretUnavailable
from monitoring.probes import kinds
from monitoring.probes.far import Reach

AT_ONCE = 8
"""Probes wait for the network, not for a CPU; each remote one costs an SSH login."""


@dataclass(frozen=True)
class Check:
    """One answer: fine, not fine, or (None) not to be had."""

    id: str
    element: str
    ok: bool | None
    message: str


def scope_of(site: Site, client: Client) -> Scope:
    """A client in a LAN of one of our buildings is inside."""
    return Scope.inside if site.lans[client.lan].building else Scope.outside


def vantages(site: Site, system: System) -> list[Client]:
    """The places from which people use the system."""
    scopes = system.entry.scopes if system.entry else ()
    return [client for client in site.clients.values() if scope_of(site, client) in scopes]


def check(site: Site, state: Path, reach: Reach, systems: list[str] | None = None) -> list[Check]:
    """Probe the systems (all, when none are named) from every place where people use them."""
    wanted = [system for system in site.systems.values() if systems is None or system.id in systems]
    pairs = [(system, client) for system in wanted for client in vantages(site, system)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checks = list(pool.map(lambda pair: _one(site, state, reach, *pair), pairs))
    return [*checks, *_unseen(site, wanted)]


def _one(site: Site, state: Path, reach: Reach, system: System, client: Client) -> Check:
    name = f"{system.id}@{client.id}"
    if system.probe is None or not kinds.exists(system.probe.kind):
        kind = system.probe.kind if system.probe else "none"
        return Check(name, system.id, None, f"no probe of the kind {kind} exists yet")
    try:
        config = kinds.configuration(site, state, system)
    except SecretUnavailable as error:
        return Check(name, system.id, None, f"{error}: {error.hint}")
    result = kinds.at(client.id, reach, system.probe.kind, config)
    if result.ok is None:
        return Check(name, system.id, None, result.message)
    by = f" by {result.served_by}" if result.served_by else ""
    return Check(name, system.id, result.ok, f"{result.message}{by}, {result.seconds * 1000:.0f} ms")


def _unseen(site: Site, systems: list[System]) -> Iterator[Check]:
    """A system that nobody could look at must not look fine by being absent."""
    for system in systems:
        if not vantages(site, system):
            yield Check(system.id, system.id, None, "no client stands where it is used from")
