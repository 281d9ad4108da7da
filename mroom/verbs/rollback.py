"""`mroom rollback`: take a change back."""

from __future__ import annotations

from typing import Annotated

import typer

from mroom.failure import verb
from mroom.options import ConfirmOption, JsonOption, SiteOption
from mroom.output import emit, log, say


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def rollback(
        change: Annotated[str | None, typer.Argument(help="A change of `mroom changes`; without it, the last.")] = None,
        confirm_seconds: ConfirmOption = 60,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Bring the devices of a change back to what they had before it, as a change of its own.

        Later changes of the same devices go with it. The inventory still says what it says: change it too, or the
        next `mroom apply` brings the change again.

        Example: mroom rollback
        """
        import inventory
        import journal
        from journal import freeze, lease
        from journal.process import person
        from mroom.place import enter
        from mroom.settings import settings, site_folder
        from network.change import apply, new_id, settle
        from network.change import rollback as plan_back

        loaded = inventory.load(site_folder(site))
        state = settings(site).state
        with journal.open(state) as opened:
            freeze.check(opened)
        name = new_id()
        with lease.hold(state, loaded.site.name, "change", f"rollback {change or ''}".strip()) as held:
            enter(loaded, state)
            settle(loaded, state, person(), log)
            takes_back, plan = plan_back(loaded, state, change, log=log)
            outcome = apply(
                loaded,
                state,
                plan,
                change=name,
                author=person(),
                confirm_seconds=confirm_seconds,
                takes_back=takes_back,
                check_lease=held.check,
                log=log,
            )
        if as_json:
            emit(outcome.document())
        else:
            for result in outcome.results:
                say(f"{result.object}: {result.state} {result.message}".rstrip())
            say(f"{takes_back} was taken back by {name}: {outcome.state}")
        raise SystemExit(outcome.exit_code)
