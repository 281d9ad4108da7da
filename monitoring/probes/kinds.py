"""Which kinds of probe exist: one file beside this one per kind, named after it. Adding one touches no list.

A kind's file has `probe(config) -> {"ok", "seconds", "message", "served_by"}` and, run as a program, reads one
configuration per line and answers each with one line, so that the very same code runs here and on a client's node.
"""

from __future__ import annotations

import datetime as dt
import importlib
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.model import Site, System
from inventory.secrets import resolve
from monitoring.probes.far import Far, FarFailed, Reach

FOLDER = Path(__file__).parent
SPARE_SECONDS = 10.0
"""Beyond a probe's own time-out: for an SSH login and the start of python3 on a busy machine."""


@dataclass(frozen=True)
class Result:
    """One probe of one system from one place."""

    ok: bool | None
    """None when nothing could be measured, which says nothing about the system."""
    seconds: float
    message: str
    served_by: str | None = None
    """The host that answered, where the answer tells."""


def exists(kind: str) -> bool:
    """Whether there is an implementation of this kind of probe."""
    return _path(kind).is_file() and hasattr(_module(kind), "probe")


def configuration(site: Site, state: Path, system: System) -> dict[str, Any]:
    """What a probe of the system needs to know, as plain JSON; the entry is the address that people use.

    It holds the secrets that the probe names, so it is never logged. Raises SecretUnavailable.
    """
    assert system.entry is not None
    assert system.probe is not None
    now = dt.datetime.now(zoneinfo.ZoneInfo(site.site.timezone))
    offset = now.utcoffset() or dt.timedelta()
    return {
        "system": system.id,
        "address": str(system.entry.address),
        "port": system.entry.port,
        "name": system.entry.name,
        "path": (system.probe.url.path if system.probe.url else None) or "/",
        "timeout_seconds": system.probe.timeout_seconds,
        "utc_offset_seconds": offset.total_seconds(),
        "members": {name: str(site.hosts[name].address) for name in system.members if name in site.hosts},
        "secrets": {name: resolve(site.site.access.secrets[name], state) for name in system.probe.secrets},
        **system.probe.settings,
    }


def here(kind: str, config: dict[str, Any]) -> Result:
    """Probe from where this program runs."""
    return Result(**_module(kind).probe(config))


def at(node: str, reach: Reach, kind: str, config: dict[str, Any]) -> Result:
    """Probe from a node. A node that cannot be reached gives `ok` None: the system was not looked at."""
    try:
        far = Far(node, reach, _path(kind), config)
    except FarFailed as failed:
        return Result(None, 0.0, str(failed))
    try:
        return Result(**far.answer(config["timeout_seconds"] + SPARE_SECONDS))
    except FarFailed as failed:
        return Result(None, 0.0, str(failed))
    finally:
        far.close()


def _path(kind: str) -> Path:
    return FOLDER / f"{kind.replace('-', '_')}.py"


def _module(kind: str) -> Any:
    return importlib.import_module(f"monitoring.probes.{kind.replace('-', '_')}")
