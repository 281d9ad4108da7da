"""`mroom plan` and `mroom drift`: what would change, and what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, log, say
from mroom.plans import Part

if TYPE_CHECKING:
    from mroom.plans import Whole

OnlyOption = Annotated[Part | None, typer.Option("--only", help="Devices or hosts alone.", show_default=False)]


def register(app: typer.Typer) -> None:
    _plan(app)
    _drift(app)


def _plan(app: typer.Typer) -> None:
    @app.command()
    @verb
    def plan(
        only: OnlyOption = None,
        out: Annotated[Path | None, typer.Option("--out", help="Write the plan to a file, for approval.")] = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Show what would change, in which steps, and what the room depends on meanwhile. Exit 4 with changes.

        Example: mroom plan --only network
        """
        whole = _make(site, list(Part) if only is None else [only])
        if out:
            out.write_text(json.dumps(whole.document(), ensure_ascii=False, indent=1), encoding="utf-8")
        if as_json:
            emit(whole.document())
        else:
            _print(whole.document())
        raise SystemExit(whole.exit_code())


def _drift(app: typer.Typer) -> None:
    @app.command()
    @verb
    def drift(
        deep: Annotated[bool, typer.Option("--deep", help="Hosts too, by Ansible's check mode.")] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Show where the room differs from the inventory, files and running daemons alike. Exit 4 with differences.

        Example: mroom drift
        """
        whole = _make(site, list(Part) if deep else [Part.network])
        document = whole.document()
        if as_json:
            emit(document)
        else:
            _print({key: value for key, value in document.items() if key not in ("redundancy", "refused", "accepted")})
        raise SystemExit(whole.exit_code())


def _make(site: str | None, parts: list[Part]) -> Whole:
    import inventory
    from mroom.place import enter
    from mroom.plans import make
    from mroom.settings import settings, site_folder

    folder = site_folder(site)
    loaded = inventory.load(folder)
    state = settings(site).state
    enter(loaded, state)
    return make(loaded, folder, state, parts, log)


def _print(document: dict[str, Any]) -> None:
    for change in document["changes"]:
        say(f"{change['object']}: {change['action']}")
        say("\n".join(f"    {line}" for line in change["diff"].splitlines()))
    for step in document.get("redundancy", []):
        say(f"step {step['step']}: {step['while']}")
    for excused in document.get("accepted", []):
        until = f"by {excused['by']} until {excused['until']}: {excused['reason']}"
        say(f"accepted: {excused['element']} is not served in step {excused['step']}, {until}")
    for refused in document.get("refused", []):
        say(f"refused: {refused['reason']}\n  next: {refused['hint']}")
    say(f"{len(document['changes'])} to change, {document['same']} as they should be, {document['seconds']:.1f} s")
