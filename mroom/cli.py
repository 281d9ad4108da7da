"""`mroom`: change, watch, drill and prove a machine room from one model."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from functools import cache
from pathlib import Path

import typer
from typer.exceptions import TyperException

from mroom import verbs
from mroom.exits import Exit
from mroom.failure import error_document
from mroom.output import emit

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(help=__doc__)
def _root() -> None:
    """Keep `mroom` a group of verbs, however many there are."""


@cache
def register_all() -> None:
    """Load every verb file and let it add itself, once."""
    # A verb is a file: adding one touches no list.
    for module in sorted(pkgutil.iter_modules(verbs.__path__), key=lambda m: m.name):
        importlib.import_module(f"{verbs.__name__}.{module.name}").register(app)


def _usage(error: TyperException, arguments: list[str]) -> int:
    """Tell what was wrong with the call itself; `--json` gets its document here too."""
    error.show()  # type: ignore[attr-defined]  # every exception of the parser has it
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in own:
        context = getattr(error, "ctx", None)
        emit(error_document("usage", str(error), f"`{context.command_path if context else 'mroom'} --help` tells how"))
    return Exit.usage


def main() -> None:
    """Entry point of the console script."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 whoever closed it wants to see nothing
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text streams here
    register_all()
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = 130
    except TyperException as error:
        code = _usage(error, sys.argv[1:])
    raise SystemExit(int(code or 0))
