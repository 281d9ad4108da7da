"""The seven and their neighbours: what each must say, and where its members stand."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from inventory.model import Scope, System
from inventory.rules.rule import Finding, rule
from inventory.rules.view import View
from inventory.words import did_you_mean

BUILDINGS = 2
PLACES = 3
"""A majority survives the loss of one place only when there are three."""


def _lacks(system: System, field: str, what: str, wanted: str, hint: str) -> Finding:
    return Finding("systems", system.id, (field,), f", one of the seven, has no {what}", wanted, "none", hint)


@rule("seven-without-two-buildings")
def two_buildings(view: View) -> Iterator[Finding]:
    """Each of the seven has members in two buildings."""
    for system in view.seven():
        places = [view.building("hosts", member) for member in system.members]
        if None not in places and len(set(places)) < BUILDINGS:
            found = ", ".join(f"{m} in {p}" for m, p in zip(system.members, places, strict=True)) or "no members"
            yield Finding(
                "systems",
                system.id,
                ("members",),
                ", one of the seven, has members in fewer than two buildings",
                "members in at least two buildings",
                found,
                "add a member in another building",
            )


@rule("seven-without-entry")
def entry(view: View) -> Iterator[Finding]:
    """Each of the seven has an address that people use."""
    for system in view.seven():
        if not system.entry:
            yield _lacks(system, "entry", "entry", "entry: {address, name, port}", "add the address that people use")


@rule("seven-without-probe")
def probe(view: View) -> Iterator[Finding]:
    """Each of the seven has a probe that knows whether it serves."""
    for system in view.seven():
        if not system.probe:
            yield _lacks(system, "probe", "probe", "probe: {kind}", "add the probe that knows whether it serves")


@rule("probe-secret")
def probe_secrets(view: View) -> Iterator[Finding]:
    """A secret that a probe names is one of `site.access.secrets`."""
    known = sorted(view.settings.access.secrets) if view.settings else []
    for system in view.site.systems.values():
        for number, name in enumerate(system.probe.secrets if system.probe else ()):
            if view.settings and name not in known:
                yield Finding(
                    "systems",
                    system.id,
                    ("probe", "secrets", number),
                    f".probe.secrets names {name}, which is no secret of the site",
                    "a name of site.access.secrets",
                    name,
                    did_you_mean(name, known, "add it there as a reference"),
                )


@rule("probe-elsewhere")
def probe_address(view: View) -> Iterator[Finding]:
    """An address that a probe asks is the system's own entry, or lies in the site's ranges."""
    if not view.settings:
        return
    allowed = view.settings.ranges.both
    for system in view.site.systems.values():
        try:
            asked = IPv4Address((system.probe.url.host if system.probe and system.probe.url else None) or "")
        except ValueError:
            continue  # a name: what it leads to is not known here
        own = system.entry.address if system.entry else None
        if asked != own and not any(asked in prefix for prefix in allowed):
            yield Finding(
                "systems",
                system.id,
                ("probe", "url"),
                ".probe.url asks an address that is not of this site",
                f"{own}, its entry" if own else "an address in the site's ranges",
                str(asked),
                "ask the address that people use: another machine's answer says nothing about this system",
            )


@rule("seven-without-targets")
def targets(view: View) -> Iterator[Finding]:
    """Each of the seven has targets for how soon it is back and how much data may be lost."""
    for system in view.seven():
        for field, what in (("rto_seconds", "recovery time target"), ("rpo_seconds", "recovery point target")):
            if getattr(system, field) is None:
                yield _lacks(
                    system, field, what, f"{field}: a number of seconds", f"add `{field}:`; its owner decides it"
                )


@rule("seven-without-failover")
def failover(view: View) -> Iterator[Finding]:
    """Each of the seven says whether a machine or a person decides that the other building takes over."""
    for system in view.seven():
        if not system.failover:
            yield _lacks(system, "failover", "failover", "automatic or manual", "add `failover:`")


@rule("priority")
def priorities(view: View) -> Iterator[Finding]:
    """The seven have different priorities from 1 to 7; a neighbour has none."""
    first: dict[int, str] = {}
    for system in view.site.systems.values():
        if system.neighbour:
            if system.priority is not None:
                yield Finding(
                    "systems",
                    system.id,
                    ("priority",),
                    "is a neighbour and has a priority",
                    "no priority",
                    str(system.priority),
                    "delete `priority`, or `neighbour: true`",
                )
            continue
        if system.priority is None:
            yield _lacks(
                system, "priority", "priority", "1 to 7", "add `priority:`, or `neighbour: true` if it is none of them"
            )
            continue
        before = first.setdefault(system.priority, system.id)
        if before != system.id:
            yield Finding(
                "systems",
                system.id,
                ("priority",),
                f"and {before} have the same priority",
                "a number from 1 to 7 that no other has",
                str(system.priority),
                "decide which is restored first",
            )
    yield from _gaps(view, first)


def _gaps(view: View, by_priority: dict[int, str]) -> Iterator[Finding]:
    """A number that nobody has is a system that was forgotten, or taken out by mistake."""
    last = max(by_priority, default=0)
    missing = sorted(set(range(1, last)) - set(by_priority))
    unsure = any(
        id_ not in view.site.systems or {"priority", "neighbour"} & view.doubtful.get(("systems", id_), frozenset())
        for id_ in view.declared["systems"]
    )
    if missing and view.complete and not unsure:
        numbers = ", ".join(map(str, missing))
        yield Finding(
            "systems",
            by_priority[last],
            ("priority",),
            f"has the priority {last}, and no system has {numbers}",
            f"systems with all priorities from 1 to {last}",
            f"none with {numbers}",
            "see whether a system is missing, or number them without gaps",
        )


@rule("member-missing")
def members(view: View) -> Iterator[Finding]:
    """A system has members, each named once."""
    for system in view.site.systems.values():
        if not system.members and system.neighbour:
            yield Finding(
                "systems",
                system.id,
                ("members",),
                "has no members",
                "at least one host",
                "none",
                "name the hosts that serve it",
            )
        for number, member in enumerate(system.members):
            if member in system.members[:number]:
                yield Finding(
                    "systems",
                    system.id,
                    ("members", number),
                    f"names {member} twice",
                    "each host once",
                    member,
                    "delete one of the two",
                )


@rule("quorum-places")
def quorum(view: View) -> Iterator[Finding]:
    """The voters of a system stand in at least three buildings: two places cannot vote."""
    for system in view.site.systems.values():
        if not system.quorum:
            continue
        places = [view.building("hosts", voter) for voter in system.quorum.voters]
        if None not in places and len(set(places)) < PLACES:
            found = ", ".join(f"{v} in {p}" for v, p in zip(system.quorum.voters, places, strict=True))
            yield Finding(
                "systems",
                system.id,
                ("quorum", "voters"),
                ": its voters stand in fewer than three buildings",
                "voters in at least three buildings",
                found,
                "add a voter at the witness place",
            )


@rule("witness-member")
def witness(view: View) -> Iterator[Finding]:
    """The witness place votes and serves nothing."""
    for system in view.site.systems.values():
        for number, member in enumerate(system.members):
            place = view.building("hosts", member)
            building = view.site.buildings.get(place) if place else None
            if building and building.witness:
                yield Finding(
                    "systems",
                    system.id,
                    ("members", number),
                    f": its member {member} stands in the witness place",
                    "a member in a building that serves",
                    f"{member} in {building.id}",
                    "make it a voter instead (`quorum.voters`)",
                )


@rule("entry-scope")
def scopes(view: View) -> Iterator[Finding]:
    """An entry that is reached from outside has an outside address, any other an inside one."""
    if not view.settings:
        return
    ranges = view.settings.ranges
    for system in view.site.systems.values():
        if not system.entry:
            continue
        outside = Scope.outside in system.entry.scopes
        wanted, other = (ranges.outside, ranges.inside) if outside else (ranges.inside, ranges.outside)
        if _in(system.entry.address, other) and not _in(system.entry.address, wanted):
            where = "outside" if outside else "inside"
            yield Finding(
                "systems",
                system.id,
                ("entry", "address"),
                f"is reached from {where} at an address that is not",
                f"an address of {', '.join(map(str, wanted)) or 'site.ranges.outside'}",
                str(system.entry.address),
                "correct the address, or `scopes`",
            )


def _in(address: IPv4Address, ranges: tuple[IPv4Network, ...]) -> bool:
    return any(address in range_ for range_ in ranges)


@rule("needs-itself")
def itself(view: View) -> Iterator[Finding]:
    """A system does not need itself, nor hand data to itself."""
    for system in view.site.systems.values():
        for number, need in enumerate(system.needs):
            if need == system.id:
                yield Finding(
                    "systems", system.id, ("needs", number), "needs itself", "another object", need, "delete it"
                )
    for exchange in view.site.exchanges.values():
        if exchange.source == exchange.target:
            yield Finding(
                "exchanges",
                exchange.id,
                ("target",),
                f"leads from {exchange.source} to itself",
                "another system",
                exchange.target,
                "name the system that receives the data",
            )
