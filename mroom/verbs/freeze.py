"""`mroom freeze`: forbid changes and drills for a while."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say


class Switch(StrEnum):
    on = "on"
    off = "off"


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def freeze(
        switch: Annotated[Switch, typer.Argument(help="Set the flag or lift it.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal with your name.")],
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Forbid changes and drills until it is lifted; who, when and why are recorded.

        Example: mroom freeze on --reason "typhoon 14 on its way"
        """
        import journal
        from journal import freeze as flag
        from mroom.settings import settings

        with journal.open(settings(site).state) as opened:
            now = flag.put(opened, frozen=switch is Switch.on, reason=reason)
        if as_json:
            emit(now.document())
        else:
            say(f"{'frozen' if now.frozen else 'not frozen'} since {now.since}, by {now.by}: {now.reason}")
