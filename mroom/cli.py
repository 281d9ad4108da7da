"""`mroom`: change, watch, drill and prove a machine room from one model."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from mroom import verbs

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


def _register_all() -> None:
    # A verb is a file: adding one touches no list.
    for module in sorted(pkgutil.iter_modules(verbs.__path__), key=lambda m: m.name):
        importlib.import_module(f"{verbs.__name__}.{module.name}").register(app)


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text streams here
    _register_all()
    app()
