"""Options that every verb has."""

from __future__ import annotations

from typing import Annotated

import typer

SiteOption = Annotated[
    str | None,
    typer.Option("--site", envvar="MROOM_SITE", help="A name under inventory/sites, or a folder.", show_default=False),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; everything else goes to stderr.")
]
