"""`mroom apply`: make the room what the inventory says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mroom.exits import Exit
from mroom.failure import Failure, verb
from mroom.options import ConfirmOption, JsonOption, SiteOption
from mroom.output import emit, log, say
from mroom.plans import Part
from playbooks.runner import Strategy

if TYPE_CHECKING:
    from mroom.applying import Applied

FileArgument = Annotated[
    Path | None, typer.Argument(help="A plan of `mroom plan --out`; refused when the room has changed since.")
]


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def apply(
        file: FileArgument = None,
        only: Annotated[Part | None, typer.Option("--only", help="Devices or hosts alone.", show_default=False)] = None,
        strategy: Annotated[
            Strategy, typer.Option("--strategy", help="Ansible's way to run; mitogen where it is installed.")
        ] = Strategy.auto,
        confirm_seconds: ConfirmOption = 60,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Apply the inventory to devices, then to hosts; what is already right stays untouched.

        Example: mroom apply --only servers
        """
        parts = list(Part) if only is None else [only]
        applied = _apply(site, parts, strategy, file, confirm_seconds)
        if as_json:
            emit(applied.document())
        else:
            _print(applied)
        raise SystemExit(applied.exit_code())


def _apply(site: str | None, parts: list[Part], strategy: Strategy, file: Path | None, confirm_seconds: int) -> Applied:
    import inventory
    from journal import lease
    from journal.process import person
    from mroom.applying import Ground, apply, refuse_frozen, same_plan, settle
    from mroom.place import enter
    from mroom.settings import settings, site_folder

    folder, state = site_folder(site), settings(site).state
    loaded = inventory.load(folder)
    wanted = _plan_id(file) if file else None
    refuse_frozen(state)
    with lease.hold(state, loaded.site.name, "change", "apply") as held:
        enter(loaded, state)
        ground = Ground(loaded, folder, state, person(), strategy, held.check, log, confirm_seconds)
        settle(ground, parts)
        if wanted is not None:
            same_plan(ground, parts, wanted)
        return apply(ground, parts)


def _plan_id(file: Path) -> str:
    import json

    try:
        found = json.loads(file.read_text(encoding="utf-8"))["id"]
    except (ValueError, TypeError, KeyError) as error:
        message = f"{file} holds no plan: {error or type(error).__name__}"
        raise Failure(Exit.usage, "plan", message, "write one with: mroom plan --out FILE") from error
    return str(found)


def _print(applied: Applied) -> None:
    same = sum(row.state == "same" for row in applied.rows)
    for row in applied.rows:
        if row.state != "same":
            say(f"{row.object}: {row.state} {row.message}".rstrip())
    document = applied.document()
    say(f"{document['change']}: {document['state']}, {same} as they should be, {document['seconds']:.1f} s")
