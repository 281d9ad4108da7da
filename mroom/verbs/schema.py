"""`mroom schema`: the JSON Schema of what the suite reads and writes."""

from __future__ import annotations

from typing import Annotated

import typer

from mroom.failure import verb
from mroom.output import emit


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def schema(name: Annotated[str, typer.Argument(help="site, or a verb")] = "site") -> None:
        """Print a JSON Schema.

        Example: mroom schema site > site.schema.json
        """
        from inventory.model import Site

        if name == "site":
            emit(Site.model_json_schema())
