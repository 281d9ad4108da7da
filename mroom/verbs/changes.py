"""`mroom changes`: what was changed, when, by whom."""

from __future__ import annotations

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def changes(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """List the changes in the journal: when, by whom, what was touched and how each ended.

        Example: mroom changes --json
        """
        import journal
        from journal.changes import listing
        from mroom.settings import settings

        with journal.open(settings(site).state) as opened:
            found = listing(opened)
        if as_json:
            emit({"changes": [change.document() for change in found]})
            return
        for change in found:
            approver = f", approved by {change.approver}" if change.approver else ""
            say(
                f"{change.id}  {change.when}  {change.state:<9}  {change.author}{approver}: {', '.join(change.objects)}"
            )
        if not found:
            say("no changes yet")
