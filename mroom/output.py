"""Stdout is data, stderr is the log."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def emit(document: Any) -> None:
    """Write one JSON document to stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def say(line: str = "") -> None:
    """One line for a person, on stdout: the answer of a verb without --json."""
    sys.stdout.write(line + "\n")


def log(line: str) -> None:
    """One line of progress or warning, on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@contextmanager
def working(what: str) -> Iterator[None]:
    """A moving bar on a terminal's stderr while something takes its time; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what, total=None)
        yield
