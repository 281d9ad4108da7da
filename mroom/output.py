"""Stdout is data, stderr is the log."""

from __future__ import annotations

import json
import sys
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
