"""What a system needs: an instance that serves, a client that reaches it, and the systems that it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from inventory import cabling
from inventory.model import Client, Scope, Site, System

from .graph import Node
from .need import Need, every, some
from .reach import Reach


def instance(system: System, building: str) -> str:
    """The id of the derived element "this system serves from this building"."""
    return f"{system.id}@{building}"


def members(site: Site, system: System) -> dict[str, list[str]]:
    """Building → the hosts there that can serve, both in order of preference."""
    found: dict[str, list[str]] = {}
    for host in system.members:
        found.setdefault(cabling.building_of(site, host) or "", []).append(host)
    return found


def able(site: Site, reach: Reach, system: System, host: str) -> Need:
    """The need that a host can serve: it is up, has the votes that it must have, and reaches the systems that it uses.

    It uses an instance and not the system as a whole: what takes all instances away is named by its own name.
    """
    used = [site.systems[other] for other in system.needs if _has_instances(site, other)]
    return every(host, *_votes(reach, system, host), *(_in_reach(site, reach, other, host) for other in used))


def _has_instances(site: Site, id_: str) -> bool:
    return id_ in site.systems and bool(site.systems[id_].members)


def _in_reach(site: Site, reach: Reach, system: System, host: str) -> Need:
    """The need that a host reaches some host of a system that serves."""
    found = members(site, system)
    return some(
        *(
            every(instance(system, building), reach.between(host, other), *([] if len(hosts) == 1 else [other]))
            for building, hosts in found.items()
            for other in hosts
        )
    )


def _votes(reach: Reach, system: System, host: str) -> list[Need]:
    """The need of a majority: voters that all reach each other and the host, which is one of them if it has a vote."""
    voters = system.quorum.voters if system.quorum else ()
    others = [voter for voter in voters if voter != host]
    wanted = len(voters) // 2 + 1 - (len(voters) - len(others))
    if not voters or not wanted:
        return []
    groups = combinations(others, wanted)
    return [some(*(every(*(reach.between(a, b) for a, b in combinations((host, *group), 2))) for group in groups))]


def seen_from(site: Site, scope: Scope) -> list[Client]:
    """The required clients of a scope: those whose LAN has a building are inside."""
    return [
        client
        for client in site.clients.values()
        if client.required and (site.lans[client.lan].building is not None) == (scope is Scope.inside)
    ]


def serving(site: Site, reach: Reach, system: System) -> dict[str, dict[str, Need]]:
    """Scope → host → the need that people of that scope are served by that host, in order of preference.

    Every host is listed once per scope of the entry. A system without an entry, or a scope without a client to look
    from, is judged by its hosts alone (the scope is then called "anywhere").
    """
    found: dict[str, dict[str, Need]] = {}
    scopes = {scope: seen_from(site, scope) for scope in (system.entry.scopes if system.entry else ())}
    alone = {building: len(hosts) == 1 for building, hosts in members(site, system).items()}
    for host in system.members:
        building = cabling.building_of(site, host) or ""
        # With one host in the building, the instance is up exactly when that host is able.
        runs = [instance(system, building)] + ([] if alone[building] else [able(site, reach, system, host)])
        for scope, clients in scopes.items():
            if clients:
                found.setdefault(scope.value, {})[host] = every(*runs, reach.from_any(clients, host))
        if not any(scopes.values()):
            found.setdefault("anywhere", {})[host] = every(*runs)
    return found


def nodes(site: Site, reach: Reach) -> Iterator[Node]:
    """The systems and their instances."""
    for system in site.systems.values():
        for building, hosts in members(site, system).items():
            yield Node(
                instance(system, building), "instance", (some(*(able(site, reach, system, host) for host in hosts)),)
            )
        served = serving(site, reach, system)
        objects = (need for need in system.needs if not _has_instances(site, need))
        yield Node(system.id, "system", (*objects, *(some(*by_host.values()) for by_host in served.values())))
