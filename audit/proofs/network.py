"""The network: carriers, ducts, lines, devices and cables, and the zones that must stay apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audit.proofs import Answer, check
from audit.proofs.removal import one_at_a_time
from audit.verdict import met, unmet
from inventory import cabling
from inventory.model import LineKind
from inventory.rules import all_rules
from inventory.rules.view import View
from inventory.rules.zones import CODE

if TYPE_CHECKING:
    from audit.ground import Ground
    from inventory.model import Room

Settings = Mapping[str, float]


@check("several-carriers")
def several_carriers(ground: Ground, _room: Room, _: Settings) -> Answer:
    """Outside lines of two carriers or more, and each carrier alone can be lost."""
    lines = ground.site.lines.values()
    carriers = {line.carrier for line in lines if line.kind is LineKind.outside and line.carrier}
    if len(carriers) < 2:  # noqa: PLR2004 two is what "several" begins with
        told = ", ".join(sorted(carriers)) or "-"
        return Answer(unmet(f"外部回線の事業者は {told} だけ", f"outside lines are of {told} alone"))
    return one_at_a_time(ground, carriers, ground.priority_systems, ("通信事業者", "carriers"))


@check("diverse-routes")
def diverse_routes(ground: Ground, _room: Room, _: Settings) -> Answer:
    """Lines that are meant to be diverse share no duct, and each duct alone can be cut."""
    lines = ground.site.lines
    shared = {
        f"{line.id}+{line.pair}": sorted(set(line.ducts) & set(lines[line.pair].ducts))
        for line in lines.values()
        if line.pair and line.id < line.pair
    }
    bad = [pair for pair, ducts in shared.items() if ducts]
    if bad:
        told = ", ".join(bad)
        return Answer(unmet(f"管路を共有する対: {told}", f"these pairs share a duct: {told}"), {"shared": shared})
    answer = one_at_a_time(ground, ground.site.ducts, ground.priority_systems, ("管路", "ducts"))
    return Answer(answer.outcome, {**answer.facts, "pairs": sorted(shared)})


@check("network-maintainable")
def network_maintainable(ground: Ground, room: Room, _: Settings) -> Answer:
    """Each device of the room, and each line or cable with an end in it, can be out (U-3)."""
    inside = {machine.id for machine in ground.machines(room.id)}
    devices = {id_ for id_ in inside if id_ in ground.site.devices}
    ends = {link.id for link in cabling.links(ground.site) if inside & set(link.ends)}
    return one_at_a_time(
        ground, devices | ends, ground.priority_systems, ("機器・回線・ケーブル", "devices, lines and cables")
    )


@check("zones-apart")
def zones_apart(ground: Ground, _room: Room, _: Settings) -> Answer:
    """No breach of the rule `zone-bridge` of `mroom validate`; one that somebody accepted is a breach here."""
    site = ground.site
    view = View(site, site.site, ground.day)
    breaches = [f"{found.collection}.{found.id} {found.message}" for found in all_rules()[CODE].check(view)]
    tiers = sorted(zone.id for zone in site.zones.values() if zone.tier)
    facts = {"tiers": tiers, "rule": CODE, "breaches": breaches}
    if breaches:
        return Answer(unmet(f"橋渡しがある: {breaches[0]}", f"something joins the zones: {breaches[0]}"), facts)
    if len(tiers) < 2:  # noqa: PLR2004 nothing to keep apart
        return Answer(unmet("分ける区分がモデルにない", "the model has no tiers to keep apart"), facts)
    told = ", ".join(tiers)
    return Answer(met(f"{told} は互いに届かず、監視も橋渡ししない", f"{told} do not reach each other"), facts)


@check("no-single-point")
def no_single_point(ground: Ground, _room: Room, _: Settings) -> Answer:
    """`mroom prove`: no cut set of one element and nothing unmaintainable. What somebody accepted still counts."""
    proof = ground.proof
    judged = [system for system in proof.systems if system.id in ground.priority_systems]
    single = sorted({next(iter(cut)) for system in judged for cut in system.cut_sets if len(cut) == 1})
    down = sorted(set(ground.priority_systems) - ground.up())
    ids = {system.id for system in judged}
    stuck = [row.element for row in proof.maintainable if ids.intersection(row.loses)]
    stuck += [found.element for found in proof.accepted if found.code == "unmaintainable"]
    cuts = {
        system.id: {str(size): sum(len(cut) == size for cut in system.cut_sets) for size in range(1, proof.order + 1)}
        for system in judged
    }
    if not judged or down:
        told = ", ".join(down) or "-"
        ja, en = f"何も止めなくても動かない: {told}", f"not up although nothing is out: {told}"
        return Answer(unmet(ja, en), {"down": down})
    facts = {"order": proof.order, "cut_sets": cuts, "single": single, "unmaintainable": sorted(set(stuck))}
    if single or stuck:
        told = ", ".join([*single, *sorted(set(stuck))][:6])
        return Answer(unmet(f"一つで止まる要素: {told}", f"these alone take a system away: {told}"), facts)
    ja = f"優先{len(judged)}システムに単一障害点がなく、{len(proof.maintainable)}個の要素をどれも一つずつ止められる"
    en = f"no single point in {len(judged)} systems; each of {len(proof.maintainable)} elements can be out alone"
    return Answer(met(ja, en), facts)
