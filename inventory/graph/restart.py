"""The order in which a site comes back from cold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from inventory.model import Site

from .graph import Graph


@dataclass(frozen=True)
class Restart:
    """`order`: ids that may start together, round by round. `rings`: groups that never start, each member waiting for
    another. `stuck`: what waits for a ring without being in one."""

    order: tuple[tuple[str, ...], ...]
    rings: tuple[tuple[str, ...], ...]
    stuck: tuple[str, ...]


def restart(site: Site, graph: Graph, only: Collection[str] | None = None) -> Restart:
    """The restart order of the whole site, or of the elements in `only`.

    A host needs no network to start, but nobody would see it come up: it waits for the switch and the gateways of its
    LAN where these can start.
    """
    after = {
        host.id: (lan.switch, *(lan.gateway.routers if lan.gateway else ()))
        for host in site.hosts.values()
        for lan in [site.lans[host.lan]]
    }
    order = graph.start_order(after=after)
    rings = graph.rings()
    done = {id_ for layer in [*order, *rings] for id_ in layer}
    up = graph.up()
    stuck = tuple(id_ for id_ in graph.elements if id_ in up and id_ not in done)
    if only is not None:
        order = [[id_ for id_ in layer if id_ in only] for layer in order]
        stuck = tuple(id_ for id_ in stuck if id_ in only)
        rings = [ring for ring in rings if set(ring) & set(only)]
    return Restart(tuple(tuple(layer) for layer in order if layer), tuple(map(tuple, rings)), stuck)
