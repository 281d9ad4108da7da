"""What is kept of a twin that did not come up: `$MROOM_STATE/twin-up.log`, with what its nodes said."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from twin import state
from twin.keys import write_private

_LINES = 200
"""Of each log: the end is where it went wrong."""


def _file(where: Path) -> Path:
    return where / "twin-up.log"


def keep(where: Path, error: BaseException) -> None:
    """Write it down while the nodes' disks are still there. A full disk keeps nothing, and that is not worse."""
    with contextlib.suppress(OSError):
        write_private(_file(where), "\n".join([f"{type(error).__name__}: {error}", *_logs(where)]) + "\n")


def drop(where: Path) -> None:
    _file(where).unlink(missing_ok=True)


def _logs(where: Path) -> Iterator[str]:
    for path in sorted((state.folder(where) / "nodes").glob("*/upper/var/log/*")):
        if path.name in ("boot.log", "syslog") and path.is_file():
            node = path.relative_to(state.folder(where) / "nodes").parts[0]
            yield f"--- {node} {path.name}"
            yield from path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]
