"""The script files of others that the page serves: kept at set-up from packages, taken only with the right hash.

`python -m monitoring.page.scripts PACKAGES FOLDER` keeps them; `script/setup` calls it.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(sys.prefix) / "share" / "mroom-page"
"""Where script/setup keeps them: beside the environment that runs the page."""


@dataclass(frozen=True)
class Script:
    name: str
    """As the page serves it."""
    package: str
    """Its path in the unpacked packages of script/page-scripts.txt."""
    sha256: str


SCRIPTS = (
    Script(
        "htmx.js",  # 2.0.10, 0BSD
        "django_htmx/static/django_htmx/htmx-2.min.js",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
    ),
    Script(
        "htmx-sse.js",  # its extension for server-sent events
        "django_htmx/static/django_htmx/ext/hx-sse-2.min.js",
        "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
    ),
    Script(
        "uplot.js",  # 1.6.31, MIT
        "youplot/vendor/uplot.iife.min.js",
        "2d27e8ad3d228164525ce213f9dc716f39b4e3aee0cc773fb3491c96cf4921a2",
    ),
    Script(
        "uplot.css",
        "youplot/vendor/uplot.min.css",
        "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    ),
)


class ScriptsMissing(Exception):
    """A script file is not there, or is not the one that it should be."""

    exit_code, code = 1, "page-scripts"
    hint = "run script/setup, which fetches them, or name their folder with --scripts"


def load(folder: Path = FOLDER) -> dict[str, bytes]:
    """Name → content of every one of them. Raises ScriptsMissing, which tells all that is wrong."""
    return _all({script: folder / script.name for script in SCRIPTS})


def keep(packages: Path, folder: Path) -> None:
    """Copy them out of unpacked packages. Raises ScriptsMissing, and then leaves the folder as it was."""
    found = _all({script: packages / script.package for script in SCRIPTS})
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in found.items():
        fresh = folder / f".{name}.new"
        fresh.write_bytes(data)
        fresh.replace(folder / name)


def _all(paths: dict[Script, Path]) -> dict[str, bytes]:
    found, wrong = {}, []
    for script, path in paths.items():
        data, why = _checked(path, script.sha256)
        wrong += [why] if why else []
        found[script.name] = data
    if wrong:
        raise ScriptsMissing("; ".join(wrong))
    return found


def _checked(path: Path, sha256: str) -> tuple[bytes, str]:
    """The content, and what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return b"", f"{path} cannot be read: {error.strerror}"
    found = hashlib.sha256(data).hexdigest()
    return data, "" if found == sha256 else f"{path} has the SHA-256 {found}, expected {sha256}"


if __name__ == "__main__":
    try:
        keep(Path(sys.argv[1]), Path(sys.argv[2]))
    except ScriptsMissing as error:
        raise SystemExit(f"scripts: {error}") from None
