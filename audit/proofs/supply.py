"""Electricity: what feeds the machines and the cooling of a room. Commercial power first, the generator behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from audit.ground import names
from audit.proofs import Answer, check
from audit.proofs.removal import one_at_a_time
from audit.verdict import Outcome, met, unknown, unmet
from inventory.graph.facility import cooling

if TYPE_CHECKING:
    from audit.ground import Ground
    from inventory.model import Room

SUPPLY = frozenset({"utility", "generator", "ats", "ups", "pdu"})
DISTRIBUTION = frozenset({"ups", "pdu", "ats"})
Settings = Mapping[str, float]


def feeding(ground: Ground, room: Room, kinds: Iterable[str]) -> list[str]:
    """The elements of these kinds that the machines or the cooling of the room hang on."""
    roots = [machine.id for machine in ground.machines(room.id)]
    roots += [cooling(room)] if room.cooling else []
    wanted, stack = set[str](), list(roots)
    seen = set(roots)
    while stack:  # down the needs, but not over the network: a machine is fed by its cords alone
        for read in ground.graph.reads(stack.pop()):
            kind = ground.graph.elements[read].kind
            if read in seen or kind not in SUPPLY | {"cooler", "cooling"}:
                continue
            seen.add(read)
            stack.append(read)
            if kind in kinds:
                wanted.add(read)
    return sorted(wanted)


def _all(rows: Mapping[str, bool], ja: str, en: str) -> Outcome:
    """Met when every row holds; `ja` and `en` say what holds."""
    failing = [id_ for id_, good in rows.items() if not good]
    if not rows:
        return unknown(f"モデルに対象がない（{ja}）", f"the model has nothing to look at ({en})")
    if failing:
        return unmet(f"満たさない: {names(failing)}（{ja}）", f"not so for {names(failing)} ({en})")
    return met(f"{len(rows)}個すべて: {ja}", f"all {len(rows)}: {en}")


@check("commercial-first")
def commercial_first(ground: Ground, room: Room, _: Settings) -> Answer:
    """Every transfer switch that feeds the room names commercial power first and a generator after it."""
    site = ground.site
    sources = {id_: site.ats[id_].sources for id_ in feeding(ground, room, {"ats"})}
    rows = {
        id_: given[0] in site.utilities and any(source in site.generators for source in given[1:])
        for id_, given in sources.items()
    }
    said = _all(rows, "商用電源が第一、自家発電が予備", "commercial power first, a generator behind it")
    return Answer(said, {"sources": {id_: list(given) for id_, given in sources.items()}})


@check("generator-carries")
def generator_carries(ground: Ground, room: Room, _: Settings) -> Answer:
    """With every commercial intake of the room out, its machines and its cooling stay up."""
    intakes = feeding(ground, room, {"utility"})
    watched = [machine.id for machine in ground.machines(room.id)] + ([cooling(room)] if room.cooling else [])
    lost = sorted(set(watched) - ground.up(intakes))  # what is down anyway is not carried either
    facts = {"out": intakes, "watched": sorted(watched), "lost": lost}
    if not intakes or not watched:
        return Answer(unknown("モデルに商用電源か機器がない", "the model has no intake or no machine"), facts)
    if lost:
        return Answer(unmet(f"停電で失われる: {names(lost)}", f"lost without commercial power: {names(lost)}"), facts)
    ja = f"{names(intakes)} を失っても{len(watched)}個すべてが動く"
    return Answer(met(ja, f"with {names(intakes)} out all {len(watched)} stay up"), facts)


@check("fuel-lasts")
def fuel_lasts(ground: Ground, room: Room, _: Settings) -> Answer:
    """Tank by consumption is at least the hours that the inventory requires, for each generator of the room."""
    found = {id_: ground.site.generators[id_] for id_ in feeding(ground, room, {"generator"})}
    hours = {id_: gen.tank_litres / gen.burn_litres_per_hour for id_, gen in found.items()}
    rows = {id_: hours[id_] >= gen.required_hours for id_, gen in found.items()}
    told = ", ".join(f"{id_} {hours[id_]:.0f} h / {gen.required_hours:.0f} h" for id_, gen in found.items())
    said = _all(rows, f"満タンでの運転時間が要求以上: {told}", f"a full tank lasts as long as required: {told}")
    required = {id_: gen.required_hours for id_, gen in found.items()}
    return Answer(said, {"hours": hours, "required_hours": required})


@check("ups-bridges")
def ups_bridges(ground: Ground, room: Room, _: Settings) -> Answer:
    """Each UPS of the room runs longer than the slowest generator behind it takes to start; one must be behind it."""
    site, rows, facts = ground.site, dict[str, bool](), dict[str, list[float]]()
    for id_ in feeding(ground, room, {"ups"}):
        ups = site.ups[id_]
        sources = site.ats[ups.source].sources if ups.source in site.ats else (ups.source,)
        starts = [site.generators[source].start_seconds for source in sources if source in site.generators]
        rows[id_] = bool(starts) and ups.runtime_seconds > max(starts)
        facts[id_] = [ups.runtime_seconds, *starts]
    said = _all(rows, "UPSの保持時間 > 発電機の起動時間", "runs longer than its generator takes to start")
    return Answer(said, {"seconds": facts})


@check("dual-corded")
def dual_corded(ground: Ground, room: Room, _: Settings) -> Answer:
    """Every machine has cords in PDUs of at least two sources (U-2; a transfer switch at the rack is not modelled)."""
    pdus = ground.site.pdus
    sources = {one.id: sorted({pdus[cord.pdu].source for cord in one.cords}) for one in ground.machines(room.id)}
    rows = {id_: len(found) > 1 for id_, found in sources.items()}
    return Answer(_all(rows, "二つの別の電源から給電", "fed from two sources"), {"sources": sources})


@check("independent-paths")
def independent_paths(ground: Ground, room: Room, _: Settings) -> Answer:
    """No transfer switch, UPS or PDU takes a machine of the room away by itself (U-1)."""
    machines = [machine.id for machine in ground.machines(room.id)]
    return one_at_a_time(ground, feeding(ground, room, DISTRIBUTION), machines, ("配電装置", "distribution components"))


@check("power-maintainable")
def power_maintainable(ground: Ground, room: Room, _: Settings) -> Answer:
    """Any one component of the supply can be out: the machines of the room and the priority systems stay up (U-3)."""
    watched = [*(machine.id for machine in ground.machines(room.id)), *ground.priority_systems]
    return one_at_a_time(ground, feeding(ground, room, SUPPLY), watched, ("電源設備", "power components"))
