"""From a site to its dependency graph (docs/graph.md says which object needs what)."""

from __future__ import annotations

import datetime as dt

from inventory.kinds import word
from inventory.model import Site

from . import facility, service
from .graph import Graph, Node
from .need import NEVER
from .reach import Reach


def build(site: Site, today: dt.date | None = None) -> Graph:
    """The graph of a valid site. What is retired by `today` (the current day when left out) is there, but never up.

    Owners, zones and LANs are no elements: they cannot fail by themselves (a LAN is its switch). Raises `GraphError`
    when a derived name collides with one of the inventory.
    """
    day = today or dt.datetime.now().astimezone().date()
    nodes = [
        Node(element.id, word(collection), (*needs, NEVER) if element.retired and element.retired <= day else needs)
        for collection, element, needs in facility.nodes(site)
    ]
    reach = Reach(site)
    for node in service.nodes(site, reach):
        system = site.systems.get(node.id)
        gone = system is not None and system.retired is not None and system.retired <= day
        nodes.append(Node(node.id, node.kind, (*node.needs, NEVER)) if gone else node)
    return Graph.of([*nodes, *facility.derived(site)], reach.links)
