"""`mroom prove`: what takes each system away, and whether everything can be maintained while all are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mroom.exits import Exit
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say, working

if TYPE_CHECKING:
    from bcp.proof.prove import Proof

MOST = 3
"""Elements out at once: four take hours and tell nobody anything."""


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def prove(
        order: Annotated[int, typer.Option(min=1, max=MOST, help="Elements that are out at once.")] = 2,
        sets: Annotated[bool, typer.Option("--sets", help="Print every cut set, not only how many there are.")] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Prove redundancy: minimal cut sets, single points of failure, maintainability, rings that cannot start cold.

        Example: mroom prove --order 3
        """
        import inventory
        from bcp.proof.prove import METHOD
        from bcp.proof.prove import prove as prove_site
        from inventory import graph
        from mroom.settings import site_folder

        model = inventory.load(site_folder(site))
        with working(f"every choice of {order} elements, by two methods"):
            proof = prove_site(model, graph.build(model), order)
        if as_json:
            emit({"method": METHOD, "inventory_sha256": inventory.digest(model), **document(proof)})
        else:
            _tell(proof, sets)
        if not proof.holds:
            raise SystemExit(int(Exit.failed))


def document(proof: Proof) -> dict[str, Any]:
    """What `--json` prints of the proof itself."""
    return {
        "order": proof.order,
        "seconds": round(proof.seconds, 3),
        "holds": proof.holds,
        "systems": [
            {
                "id": system.id,
                "neighbour": system.neighbour,
                "cut_sets": [sorted(cut) for cut in system.cut_sets],
                "spof": system.spof,
            }
            for system in proof.systems
        ],
        "maintainable": [
            {"element": row.element, "ok": not row.loses, "loses": row.loses} for row in proof.maintainable
        ],
        "cold_start": proof.cold_start,
        "accepted": [
            {
                "code": found.code,
                "element": found.element,
                "reason": found.reason,
                "by": found.by,
                "until": found.until.isoformat(),
                "concerns": found.concerns,
            }
            for found in proof.accepted
        ],
        "accepted_unused": [{"code": code, "element": element} for code, element in proof.unused],
    }


def _tell(proof: Proof, sets: bool) -> None:
    say(f"cut sets by size, found by two methods in {proof.seconds:.1f} s:")
    for system in proof.systems:
        sizes = [sum(len(cut) == size for cut in system.cut_sets) for size in range(1, proof.order + 1)]
        counts = "  ".join(f"{size}: {count:<5}" for size, count in enumerate(sizes, 1))
        name = f"{system.id} (neighbour)" if system.neighbour else system.id
        single = f"single points: {', '.join(system.spof)}" if system.spof else ""
        say(f"  {name:<27} {counts} {single}".rstrip())
        for cut in system.cut_sets if sets else ():
            say(f"      {{{', '.join(sorted(cut))}}}")
    kept = sum(not row.loses for row in proof.maintainable)
    say(f"{kept} of {len(proof.maintainable)} components and path elements can be taken out with every system served")
    for row in proof.maintainable:
        if row.loses:
            say(f"  {row.element}: loses {', '.join(row.loses)}")
    for ring in proof.cold_start:
        say(f"cannot start from cold, each waits for another: {', '.join(ring)}")
    for found in proof.accepted:
        say(f"accepted until {found.until} by {found.by}: {found.code} of {found.element}: {found.reason}")
    for code, element in proof.unused:
        say(f"accepted, but not found any more: {code} of {element}; take the exception away")
    say("holds" if proof.holds else "does not hold: see the single points and what is lost above")
