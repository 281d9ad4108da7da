"""`mroom impact`: what is lost when something is out, and the order in which to start again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mroom.exits import Exit
from mroom.failure import Failure, verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say

if TYPE_CHECKING:
    from inventory.graph.impact import Effect, Impact
    from inventory.graph.restart import Restart
    from inventory.model import Site


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def impact(
        elements: Annotated[
            list[str] | None, typer.Argument(metavar="[ELEMENT]...", help="Ids of what is out.", show_default=False)
        ] = None,
        restart_order: Annotated[
            bool,
            typer.Option("--restart-order", help="The order in which to start; with ELEMENT, of what it took away."),
        ] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Tell what is lost when elements are out, how every system fares, and what brings it back.

        Example: mroom impact line-a core-s1
        """
        import inventory
        from inventory import graph
        from inventory.graph.impact import impact as impact_of
        from inventory.graph.restart import restart
        from mroom.settings import site_folder

        folder = site_folder(site)
        if not elements and not restart_order:
            raise Failure(Exit.usage, "usage", "nothing is out", "name an element, or give --restart-order")
        model = inventory.load(folder)
        built = graph.build(model)
        _refuse_lans(model, elements or [])
        found = impact_of(model, built, elements or [])
        if restart_order:
            order = restart(model, built, {*found.out, *found.lost} if elements else None)
            emit({"order": order.order, "rings": order.rings, "stuck": order.stuck}) if as_json else _tell_order(order)
        elif as_json:
            emit({"out": found.out, "lost": found.lost, "systems": [_row(effect) for effect in found.effects]})
        else:
            _tell(found)


def _refuse_lans(site: Site, elements: list[str]) -> None:
    for id_ in elements:
        if id_ in site.lans:
            switch = site.lans[id_].switch
            raise Failure(
                Exit.usage, "element", f"{id_} is a LAN, which cannot fail by itself", f"name its switch, {switch}"
            )


def _row(effect: Effect) -> dict[str, object]:
    return {
        "id": effect.system,
        "neighbour": effect.neighbour,
        "state": effect.state,
        "why": effect.why,
        "back_by": effect.back_by,
    }


def _tell(found: Impact) -> None:
    say(f"out:  {', '.join(found.out)}")
    say(f"lost: {', '.join(found.lost) or 'nothing else'}")
    for effect in found.effects:
        why = " > ".join(effect.why)
        back = "" if effect.state == "safe" else f"back by {effect.back_by}"
        say(f"  {effect.system:<16} {effect.state:<9} {back:<18} {why}".rstrip())


def _tell_order(order: Restart) -> None:
    for number, layer in enumerate(order.order, 1):
        say(f"{number:>3}  {', '.join(layer)}")
    for ring in order.rings:
        say(f"  cannot start from cold, each waits for another: {', '.join(ring)}")
    if order.stuck:
        say(f"  wait for those: {', '.join(order.stuck)}")
