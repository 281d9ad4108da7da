"""The manifest: one line `SHA-256  NAME` for every other file, sorted, exactly as sha256sum writes it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from audit.bundle import MANIFEST, SIGNATURE, Flaw
from audit.bundle.container import NAME

LINE = re.compile(r"([0-9a-f]{64})  (\S+)\Z")


def write(files: Mapping[str, bytes]) -> bytes:
    """The manifest of these files; itself and its signature are not in it."""
    rows = [
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files)
        if name not in {MANIFEST, SIGNATURE}
    ]
    return "".join(rows).encode("ascii")


def check(files: Mapping[str, bytes]) -> list[Flaw]:
    """Every file that is not as the manifest says, and a manifest that is not in its one form."""
    if MANIFEST not in files:
        return [Flaw(MANIFEST, "is not there")]
    given = files[MANIFEST]
    if given == write(files):
        return []
    listed, flaws = _read(given)
    there = {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name not in {MANIFEST, SIGNATURE}
    }
    for name in sorted(listed.keys() | there.keys()):
        if name not in there:
            flaws.append(Flaw(name, "was taken out: the manifest lists it"))
        elif name not in listed:
            flaws.append(Flaw(name, "was put in: the manifest does not list it"))
        elif listed[name] != there[name]:
            flaws.append(Flaw(name, "was changed: its SHA-256 is not that of the manifest"))
    return flaws or [Flaw(MANIFEST, "is not in its one form: reordered or repeated lines")]


def _read(given: bytes) -> tuple[dict[str, str], list[Flaw]]:
    listed: dict[str, str] = {}
    flaws = []
    lines = given.decode("utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines[:-1], 1):
        match = LINE.match(line)
        if not match or not NAME.match(match[2]):
            flaws.append(Flaw(MANIFEST, f"line {number} is not `SHA-256  NAME`"))
        else:
            listed.setdefault(match[2], match[1])
    if lines[-1]:
        flaws.append(Flaw(MANIFEST, "does not end with a line break"))
    return listed, flaws
