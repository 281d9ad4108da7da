"""Every id that names another object names one that exists, of the right kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from inventory.kinds import a, said
from inventory.model import Element
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View
from inventory.words import did_you_mean

ANY = "*"
"""The target may be an element of any collection."""

EVERYWHERE = {"owner": "owners", "moves_to": "buildings"}
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "rooms": {"building": "buildings", "cooling.of.*": "coolers"},
    "areas": {"room": "rooms"},
    "racks": {"room": "rooms", "area": "areas"},
    "utilities": {"building": "buildings"},
    "generators": {"building": "buildings"},
    "ats": {"building": "buildings", "sources.*": "utilities|generators"},
    "ups": {"room": "rooms", "source": "ats|utilities"},
    "pdus": {"rack": "racks", "source": "ups|ats"},
    "coolers": {"room": "rooms", "sources.*": "ats"},
    "zones": {"reaches.*": "zones"},
    "ducts": {"buildings.*": "buildings"},
    "lines": {"ends.*.device": "devices", "ducts.*": "ducts", "carrier": "carriers", "pair": "lines"},
    "lans": {"building": "buildings", "zone": "zones", "switch": "devices", "gateway.routers.[key]": "devices"},
    "devices": {"rack": "racks", "cords.*.pdu": "pdus", "carrier": "carriers", "ports.[key]": "lines|lans"},
    "hosts": {"rack": "racks", "cords.*.pdu": "pdus", "lan": "lans"},
    "clients": {"lan": "lans"},
    "systems": {"members.*": "hosts", "needs.*": ANY, "quorum.voters.*": "hosts"},
    "exchanges": {"source": "systems", "target": "systems"},
    "monitors": {"room": "rooms", "pdu": "pdus"},
    "sensors": {"area": "areas", "monitor": "monitors"},
    "door_controllers": {"room": "rooms", "pdu": "pdus"},
    "doors": {"room": "rooms", "controller": "door_controllers"},
    "recorders": {"room": "rooms", "pdu": "pdus"},
    "cameras": {"room": "rooms", "recorder": "recorders", "pdu": "pdus"},
    "consoles": {"building": "buildings", "host": "hosts"},
    "site": {
        "ntp.*": "hosts",
        "syslog.*": "hosts",
        "entry_records.staffed.*": "rooms",
        "entry_records.ticket_rooms.*": "rooms",
    },
}
"""Collection → field path → collections that its value may name; `*` is each entry, `[key]` each key of a mapping."""

Reference = tuple[tuple[str | int, ...], str, str]


def references(collection: str, element: Any) -> Iterator[Reference]:
    """Every reference of an element as (path, id named, collections allowed)."""
    table = dict(REFERENCES.get(collection, {}))
    if collection != "site":
        table |= EVERYWHERE
    for pattern, targets in table.items():
        for path, value in _values(element, pattern.split("."), ()):
            yield path, value, targets


def _values(value: Any, parts: list[str], path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if value is None:
        return
    if not parts:
        yield path, value
    elif parts[0] == "[key]":
        for key in value:
            yield (*path, key, "[key]"), key
    elif parts[0] == "*":
        for number, item in enumerate(value):
            yield from _values(item, parts[1:], (*path, number))
    else:
        yield from _values(getattr(value, parts[0]), parts[1:], (*path, parts[0]))


@rule("reference")
def dangling(view: View) -> Iterator[Finding]:
    """A reference names an object that exists, of the kind wanted."""
    where = {id_: name for name, ids in view.declared.items() for id_ in ids}
    everything: list[tuple[str, str, Any]] = [(name, element.id, element) for name, element in view.all_elements()]
    if view.settings:
        everything.append(("site", "", view.settings))
    absent: dict[str, list[Finding]] = defaultdict(list)
    for collection, id_, element in everything:
        for path, named, targets in references(collection, element):
            allowed = list(view.declared) if targets == ANY else targets.split("|")
            if any(named in view.declared.get(name, ()) for name in allowed) or named in view.maybe:
                continue
            finding = _dangling(view, collection, id_, path, named, allowed, where.get(named))
            if named in where or any(view.declared.get(name) for name in allowed):
                yield finding
            else:
                absent[targets].append(finding)
    for targets, findings in absent.items():
        yield _all_absent(targets, findings)


def _all_absent(targets: str, findings: list[Finding]) -> Finding:
    """Where nothing at all of a kind is declared, that is one fault and not one for each that names it."""
    first, kinds = findings[0], " or ".join(f"`{name}:`" for name in targets.split("|"))
    if len(findings) == 1:
        return first
    others = f"{first.message}; so do {len(findings) - 1} others: the site declares no {kinds} at all"
    return replace(
        first, message=others, hint=f"see whether the file that should hold {kinds} is whole and has that key"
    )


def _dangling(
    view: View,
    collection: str,
    id_: str,
    path: tuple[str | int, ...],
    named: str,
    allowed: list[str],
    other: str | None,
) -> Finding:
    wanted = "an object of the site" if len(allowed) > 3 else " or ".join(a(name) for name in allowed)  # noqa: PLR2004
    field = ".".join(str(part) for part in path if part != "[key]")
    if other:
        message, found = f": {field} names {named}, which is {a(other)}", f"{named}, {a(other)}"
    else:
        message, found = f": {field} names {named}, which does not exist", repr(named)
    known = [name for target in allowed for name in sorted(view.declared.get(target, ()))]
    declare = not other and len(allowed) == 1
    otherwise = f"declare {named} under `{allowed[0]}:`, or name another" if declare else f"name {wanted}"
    return Finding(collection, id_, path, message, wanted, found, did_you_mean(named, known, otherwise))


@rule("retired-referenced", acceptable=True)
def retired(view: View) -> Iterator[Finding]:
    """Nothing in service leans on an object whose retirement day has come."""
    if not any(view.retired(element) for _, element in view.index.values()):
        return
    for collection, element in view.elements():
        for path, named, _targets in references(collection, element):
            target = view.index.get(named)
            if target and target[0] not in {"owners"} and view.retired(target[1]) and path[0] != "moves_to":
                yield _retired(collection, element, path, target)


def _retired(collection: str, element: Element, path: tuple[str | int, ...], target: tuple[str, Element]) -> Finding:
    kind, gone = said(target[0]), target[1]
    return Finding(
        collection,
        element.id,
        path,
        f"still leans on the {kind} {gone.id}, which is retired",
        f"a {kind} in service",
        f"{gone.id}, retired {gone.retired}",
        f"name another {kind}, or retire {element.id} as well",
    )
