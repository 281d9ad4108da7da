"""What differs between a device and what it should be, in parts that a person can read and a device can be told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from network.bundle import Bundle, File


@dataclass(frozen=True)
class Part:
    """One difference: of a file, or of what a daemon runs although its file is right."""

    subject: str
    """A path, or what runs (`running FRR configuration`)."""
    text: str
    """Lines with + and -, as `diff -u` has them; of a secret only that it differs."""
    path: str | None = None
    """The file that has to be written; None when only the daemon must read its file again."""


@dataclass(frozen=True)
class Difference:
    """All that differs on one device. Empty parts: nothing to do."""

    parts: tuple[Part, ...]
    before: Bundle
    """The files as they are on the device now, of those that are ours to write."""
    wanted: Bundle

    @property
    def paths(self) -> tuple[str, ...]:
        """Files to write, in the order of the bundle."""
        return tuple(part.path for part in self.parts if part.path)

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts)


def files(device: str, have: Bundle, want: Bundle) -> Iterable[Part]:
    """One part for each file that differs in content, mode or owner."""
    for path, file in want.items():
        present = have.get(path)
        if present != file:
            yield Part(path, _text(f"{device}:{path}", present, file), path)


def _text(name: str, have: File | None, want: File) -> str:
    lines = [f"--- {name}", f"+++ {name} (inventory)"]
    if have and (have.mode, have.owner) != (want.mode, want.owner):
        lines += [f"-mode {have.mode:o}, owner {have.owner}", f"+mode {want.mode:o}, owner {want.owner}"]
    if have is None or have.content != want.content:
        if want.secret or (have and have.secret):
            return "\n".join([*lines, "+(a secret that is not shown)"])
        old = have.content.splitlines() if have else []
        lines += list(difflib.unified_diff(old, want.content.splitlines(), lineterm="", n=2))[2:]
    return "\n".join(lines)
