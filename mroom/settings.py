"""Where things are: flag > `MROOM_…` environment > `mroom.toml` > default."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mroom.exits import Exit
from mroom.failure import Failure

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: the suite is one editable distribution, so its code and its data stand side by side."""


KNOWN = ("site", "state")
"""Keys of mroom.toml."""


@dataclass(frozen=True)
class Settings:
    root: Path
    state: Path
    site: str


@cache
def _file() -> tuple[Path, dict[str, Any]]:
    for folder in (Path.cwd(), *Path.cwd().parents):
        path = folder / "mroom.toml"
        if path.is_file():
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise Failure(Exit.usage, "settings", f"{path}: {error}", "mend the file or move it away") from error
            unknown = sorted(set(data) - set(KNOWN))
            if unknown:
                message = f"{path}: expected {' and '.join(KNOWN)} alone, found {', '.join(unknown)}"
                raise Failure(Exit.usage, "settings", message, "correct the key, or take it out")
            return folder, data
    return ROOT, {}


def _site(given: str | None) -> str:
    return given or os.environ.get("MROOM_SITE") or str(_file()[1].get("site", "nishinomiya"))


def settings(site: str | None = None) -> Settings:
    """The settings in force; `site` is the value of `--site`."""
    folder, data = _file()
    state = (folder / (os.environ.get("MROOM_STATE") or data.get("state") or ".mroom")).resolve()
    # Path.exists raises where this user may not enter, which is told later, by whoever needs it.
    there = next(path for path in (state, *state.parents) if os.path.exists(path))  # noqa: PTH110
    if not there.is_dir():
        message = f"{state}: expected a folder for the state, found that {there} is none"
        raise Failure(Exit.usage, "settings", message, "point MROOM_STATE (or `state` in mroom.toml) at a folder")
    return Settings(root=ROOT, state=state, site=_site(site))


def site_folder(site: str | None = None) -> Path:
    """The folder of a site given as a name under inventory/sites or as a path."""
    wanted = _site(site)
    named = ROOT / "inventory" / "sites" / wanted
    folder = Path(wanted) if "/" in wanted or not named.is_dir() else named
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in (ROOT / "inventory" / "sites").iterdir() if p.is_dir()))
        message = f"no site {wanted!r}: neither a folder nor one of {known}"
        raise Failure(Exit.usage, "site", message, "give --site NAME or --site PATH")
    return folder
