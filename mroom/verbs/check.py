"""`mroom check`: does the room do what the inventory says?"""

from __future__ import annotations

from typing import Annotated

import typer

from mroom.checking import Topic
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say, working

_MARKS = {True: "ok  ", False: "FAIL", None: "?   "}


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def check(
        topic: Annotated[Topic | None, typer.Argument(help="One of these alone.", show_default=False)] = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Look at devices, hosts and systems. Exit 1 when one is not fine, 5 when one could not be checked.

        Example: mroom check systems
        """
        import inventory
        from mroom.checking import check as look
        from mroom.drilling import reach
        from mroom.place import enter
        from mroom.settings import settings, site_folder

        loaded, state = inventory.load(site_folder(site)), settings(site).state
        enter(loaded, state)
        with working("looking"):
            found = look(loaded, state, reach(loaded, state), list(Topic) if topic is None else [topic])
        if as_json:
            emit(found.document())
        else:
            for row in found.rows:
                say(f"{_MARKS[row.ok]} {row.id}: {row.message}")
        raise SystemExit(found.exit_code())
