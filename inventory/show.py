"""One element with everything that follows from the model: place, owner, needs, dependents, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inventory import cabling, place
from inventory.addresses import given
from inventory.graph import Graph, UnknownElement
from inventory.graph.need import plain
from inventory.kinds import collections, word
from inventory.model import Element, Site
from inventory.rules.references import references


@dataclass(frozen=True)
class Shown:
    """An element as `mroom show` answers. `needs` are in the notation of `Graph.from_dict`."""

    id: str
    kind: str
    name: dict[str, str] | None
    place: dict[str, str]
    """Kind of place → id, from the nearest outward."""
    owner: str | None
    contact: str | None
    needs: list[Any]
    dependents: list[str]
    addresses: list[dict[str, str]]
    """Each with `as`: what it is the address of."""
    fields: dict[str, Any]
    """What the YAML says about it, defaults included."""


def listing(graph: Graph) -> list[dict[str, str]]:
    """Every element of the graph with its kind, in the order of the inventory."""
    return [{"id": node.id, "kind": node.kind} for node in graph.elements.values()]


def resolve(site: Site, graph: Graph, id_: str) -> Shown:
    """An element of the graph, or an owner, zone or LAN, which are no elements. Raises UnknownElement."""
    found = place.find(site, id_)
    if found is None:
        return _derived(site, graph, id_)
    collection, element = found
    around = place.chain(site, collection, element)
    owner = place.owner(site, collection, element)
    node = graph.elements.get(id_)
    return Shown(
        id=id_,
        kind=node.kind if node else word(collection),
        name={"ja": element.name.ja, "en": element.name.en},
        place={word(kind): outer.id for kind, outer in around if kind not in {"lans", "carriers"}},
        owner=owner,
        contact=site.owners[owner].contact if owner else None,
        needs=[plain(need) for need in node.needs] if node else [],
        dependents=list(graph.dependents(id_)) if node else list(_naming(site, id_)),
        addresses=_addresses(site, collection, element),
        fields=element.model_dump(mode="json", exclude={"id", "name"}),
    )


def _derived(site: Site, graph: Graph, id_: str) -> Shown:
    """What is not written: a cable, the cooling of a room, a system as one building serves it."""
    if id_ not in graph.elements:
        others = [name for kind in ("owners", "zones", "lans") for name in getattr(site, kind)]
        raise UnknownElement([id_], [*graph.elements, *others])
    node = graph.elements[id_]
    source = _origin(site, id_)
    owner = place.owner(site, *source) if source else None
    around = [source, *place.chain(site, *source)] if source else []
    building = id_.partition("@")[2]
    link = next((link for link in cabling.links(site) if link.id == id_), None)
    return Shown(
        id=id_,
        kind=node.kind,
        name=None,
        place={"building": building} if building else {word(k): e.id for k, e in around if k != "lans"},
        owner=owner,
        contact=site.owners[owner].contact if owner else None,
        needs=[plain(need) for need in node.needs],
        dependents=list(graph.dependents(id_)),
        addresses=[],
        fields={"ends": list(link.ends), "lan": link.lan.id} if link and link.lan else {},
    )


def _origin(site: Site, id_: str) -> tuple[str, Element] | None:
    """The object that a derived element comes from, and whose owner answers for it."""
    system, at, _ = id_.partition("@")
    if at:
        return place.find(site, system)
    for link in cabling.links(site):
        if link.id == id_ and link.lan:
            return "lans", link.lan
    return next((("rooms", room) for room in site.rooms.values() if id_ == f"cooling-{room.id}"), None)


def _naming(site: Site, id_: str) -> Iterator[str]:
    """Who names an object that is no element of the graph: what an owner owns, what a zone holds."""
    for collection in collections():
        for element in getattr(site, collection).values():
            if any(named == id_ for _, named, _ in references(collection, element)):
                yield element.id


def _addresses(site: Site, collection: str, element: Element) -> list[dict[str, str]]:
    found = []
    for address in given(site):
        own = (address.collection, address.id) == (collection, element.id)
        if own or address.node == element.id:
            what = ".".join(str(part) for part in address.path) if own else address.id
            found.append({"address": str(address.address), "as": what})
    return found
