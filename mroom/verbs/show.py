"""`mroom show`: an element of the model, and what follows from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say

if TYPE_CHECKING:
    from inventory.show import Shown


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def show(
        element: Annotated[
            str | None, typer.Argument(help="The id of an element; all are listed without one.", show_default=False)
        ] = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Show an element with its place, owner, needs, dependents and addresses, or list all elements.

        Example: mroom show core-s1
        """
        import dataclasses

        import inventory
        from inventory import graph
        from inventory.show import listing, resolve
        from mroom.settings import site_folder

        model = inventory.load(site_folder(site))
        built = graph.build(model)
        if element is not None:
            shown = resolve(model, built, element)
            emit(dataclasses.asdict(shown)) if as_json else _tell(shown)
        elif as_json:
            emit({"elements": listing(built)})
        else:
            for row in listing(built):
                say(f"{row['id']:<28} {row['kind']}")


def _tell(shown: Shown) -> None:
    name = f"  {shown.name['ja']} / {shown.name['en']}" if shown.name else ""
    say(f"{shown.id} ({shown.kind}){name}")
    rows: list[tuple[str, str]] = [
        ("place", ", ".join(f"{kind} {id_}" for kind, id_ in shown.place.items())),
        ("owner", f"{shown.owner} ({shown.contact})" if shown.owner else ""),
        ("addresses", ", ".join(f"{row['address']} ({row['as']})" for row in shown.addresses)),
        ("needs", ", ".join(_need(need) for need in shown.needs)),
        ("needed by", ", ".join(shown.dependents)),
    ]
    told = {key: value for key, value in shown.fields.items() if key not in {"owner", "address", "loopback"}}
    rows += [(key, _value(value)) for key, value in told.items() if value not in (None, [], {})]
    for label, value in rows:
        if value:
            say(f"  {label + ':':<14} {value}")


def _need(need: Any) -> str:
    if isinstance(need, str):
        return need
    if "path" in need:
        return f"a path {need['path'][0]} to {need['path'][1]}"
    return f"{need['any']} of ({', '.join(_need(part) for part in need['of'])})"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
