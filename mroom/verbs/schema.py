"""`mroom schema`: the JSON Schema of what the suite reads and writes."""

from __future__ import annotations

from typing import Annotated

import typer

from mroom.exits import Exit
from mroom.failure import Failure, verb
from mroom.output import emit


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def schema(
        name: Annotated[list[str] | None, typer.Argument(help="site, or a verb.", show_default="site")] = None,
    ) -> None:
        """Print a JSON Schema: of the site's YAML files, or of what a verb prints with --json.

        Example: mroom schema twin status
        """
        wanted = " ".join(name or ["site"])
        if wanted == "site":
            from inventory.schema import site_schema

            emit(site_schema())
            return
        from inventory.words import did_you_mean
        from mroom import schemas

        try:
            emit(schemas.schema(wanted))
        except KeyError:
            known = ["site", *schemas.verbs()]
            hint = did_you_mean(wanted, known, f"one of {', '.join(known)}")
            raise Failure(Exit.usage, "schema", f"there is no schema for {wanted!r}", hint) from None
