"""One name, one object."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from inventory.cabling import cable_id
from inventory.kinds import a
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View


@rule("duplicate-id")
def ids(view: View) -> Iterator[Finding]:
    """An id stands for one object of the whole site: the graph, the twin and the metrics have one name space."""
    first: dict[str, str] = {}
    for collection, element in view.all_elements():
        before = first.setdefault(element.id, collection)
        if before != collection:
            yield Finding(
                collection,
                element.id,
                (),
                f"has the id of {a(before)}: it names two objects",
                "an id that nothing else has",
                f"also in `{before}:`",
                "rename one of the two where it is declared and used",
            )
    for derived, what in _derived(view):
        written = first.get(derived)
        if written:
            yield Finding(
                written,
                derived,
                (),
                f"has the id of {what}",
                "an id that nothing else has",
                f"{derived}, which the model derives",
                "rename it where it is declared and used",
            )


def _derived(view: View) -> Iterator[tuple[str, str]]:
    """The ids that the graph gives to what is not written: cables, and the cooling of rooms."""
    for node, lan in _cables(view):
        yield cable_id(node, lan), f"the cable between {node} and {lan}"
    for room in view.site.rooms.values():
        if room.cooling:
            yield f"cooling-{room.id}", f"the cooling of {room.id}"


def _cables(view: View) -> Iterator[tuple[str, str]]:
    for lan in view.site.lans.values():
        if lan.gateway:
            yield from ((router, lan.id) for router in lan.gateway.routers)
    yield from ((host.id, host.lan) for host in view.site.hosts.values())
    yield from ((client.id, client.lan) for client in view.site.clients.values())


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@rule("duplicate-name", acceptable=True)
def names(view: View) -> Iterator[Finding]:
    """Two objects of one collection do not have the same name in a language: an alarm names them by it."""
    first: dict[tuple[str, str, str], str] = {}
    for collection, element in view.elements():
        for language in ("ja", "en"):
            name = getattr(element.name, language)
            before = first.setdefault((collection, language, _folded(name)), element.id)
            if before != element.id:
                yield Finding(
                    collection,
                    element.id,
                    ("name", language),
                    f"and {before} have the same {language} name",
                    "a name of its own",
                    repr(name),
                    "say in the name what tells the two apart",
                )


@rule("duplicate-entry-name")
def entry_names(view: View) -> Iterator[Finding]:
    """Two systems do not have the same DNS name."""
    first: dict[str, str] = {}
    for system in view.site.systems.values():
        if not system.entry:
            continue
        before = first.setdefault(system.entry.name.casefold().rstrip("."), system.id)
        if before != system.id:
            yield Finding(
                "systems",
                system.id,
                ("entry", "name"),
                f"and {before} have the same DNS name",
                "a name of its own",
                repr(system.entry.name),
                "correct the entry of one of the two",
            )


IFNAMSIZ = 15
"""Characters that Linux keeps of an interface's name (IFNAMSIZ 16, with the closing NUL)."""


@rule("interface-name")
def interface_names(view: View) -> Iterator[Finding]:
    """A line's or LAN's id is the name of an interface, which Linux limits to 15 characters."""
    for collection, element in view.elements("lines", "lans"):
        if len(element.id) > IFNAMSIZ:
            yield Finding(
                collection,
                element.id,
                (),
                "is too long for an interface name",
                f"at most {IFNAMSIZ} characters",
                f"{len(element.id)} characters",
                "shorten the id",
            )
