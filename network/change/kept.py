"""The bundles that were on devices, kept by their content under the state folder: what a rollback goes back to.

What only root may read on a device (pass phrases) is not kept; a rollback takes the present secrets.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import journal
from journal.changes import KIND
from network.bundle import Bundle, File


class NotKept(Exception):
    """A bundle that should be there is not."""

    exit_code = 1
    code = "not-kept"
    hint = "the state folder lost it; apply the inventory of that time instead"


def _open_files(bundle: Bundle) -> dict[str, list[str | int]]:
    return {path: [file.content, file.mode, file.owner] for path, file in sorted(bundle.items()) if not file.secret}


def digest(bundle: Bundle) -> str:
    """The name of a bundle: the sha256 of its files, secrets left out."""
    return hashlib.sha256(json.dumps(_open_files(bundle), ensure_ascii=False).encode()).hexdigest()


def keep(state: Path, bundle: Bundle) -> str:
    """Write a bundle down (durably) and give its name."""
    name = digest(bundle)
    folder = state / "network" / "bundles"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.json"
    if not path.exists():
        half = path.with_suffix(".new")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(_open_files(bundle), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
    return name


def read(state: Path, name: str, present: Bundle) -> Bundle:
    """A bundle by its name, with the secrets of `present`. Raises `NotKept`."""
    path = state / "network" / "bundles" / f"{name}.json"
    try:
        files = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotKept(f"the configuration {name[:12]} is not kept any more: {error}") from error
    old = {where: File(content, mode, owner) for where, (content, mode, owner) in files.items()}
    return {**old, **{where: file for where, file in present.items() if file.secret}}


def confirmed(state: Path) -> dict[str, str]:
    """Device -> the name of the bundle that was last confirmed on it, as far as a change of it is known."""
    found: dict[str, str] = {}
    with journal.open(state) as opened:
        for entry in opened.entries(kind=KIND):
            found |= entry.body.get("confirmed", {})
    return found
