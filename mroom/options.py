"""Options that every verb has."""

from __future__ import annotations

from typing import Annotated

import typer

from mroom.failure import Failure
from mroom.settings import site_folder


def _there(context: typer.Context, site: str | None) -> str | None:
    """A site that is not there is a mistake in the call, whether or not the verb would look into it."""
    if not context.resilient_parsing:
        try:
            site_folder(site)
        except Failure as failure:
            raise typer.BadParameter(f"{failure}; {failure.hint}") from failure
    return site


SiteOption = Annotated[
    str | None,
    typer.Option(
        "--site",
        envvar="MROOM_SITE",
        help="A name under inventory/sites, or a folder.",
        show_default=False,
        callback=_there,
    ),
]
ConfirmOption = Annotated[
    int,
    typer.Option(
        "--confirm-seconds",
        envvar="MROOM_CONFIRM_SECONDS",
        min=25,
        max=3600,
        help="A device takes its change back unless it is confirmed in this time (IOS-XE: whole minutes).",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; everything else goes to stderr.")
]
