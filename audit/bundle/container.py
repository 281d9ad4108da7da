"""The container: a tar file (POSIX.1-1988 ustar) in one form, the one that GNU tar writes for README.txt's command.

Regular files alone, sorted by the bytes of their names, mode 0644, owner 0, time 0, two blocks of zeros at the end and
nothing behind them. The reader takes nothing else, so two different containers never hold the same files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from audit.bundle import CONTAINER, Flaw

BLOCK = 512
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\Z")
LONGEST_NAME = 100
"""The name field of a ustar header; the prefix field stays empty."""
END = bytes(2 * BLOCK)


def header(name: str, size: int) -> bytes:
    """The block in front of a file."""
    fields = [
        name.encode("ascii").ljust(LONGEST_NAME, b"\0"),
        b"0000644\0" + b"0000000\0" * 2,  # mode, uid, gid
        f"{size:011o}\0".encode() + b"00000000000\0",  # size, mtime
        b" " * 8,  # the checksum counts as blanks while it is made
        b"0" + bytes(100),  # a regular file, linked to nothing
        b"ustar\x0000" + bytes(64),  # magic, version, no names of owners
        b"0000000\0" * 2 + bytes(155 + 12),  # device numbers, no prefix
    ]
    block = b"".join(fields)
    return block[:148] + f"{sum(block):06o}\0 ".encode() + block[156:]


def write(files: Mapping[str, bytes]) -> bytes:
    """The container of these files. Raises ValueError for a name that it cannot hold."""
    parts = []
    for name in sorted(files):
        if not NAME.match(name) or len(name) > LONGEST_NAME:
            raise ValueError(f"a bundle cannot hold a file called {name!r}")
        data = files[name]
        parts += [header(name, len(data)), data, bytes(-len(data) % BLOCK)]
    return b"".join([*parts, END])


def read(data: bytes) -> tuple[dict[str, bytes], list[Flaw]]:
    """The files of a container, and everything in which it is not in its one form."""
    files: dict[str, bytes] = {}
    flaws: list[Flaw] = []
    at, before = 0, ""
    while True:
        block = data[at : at + BLOCK]
        if len(block) < BLOCK:
            return files, [*flaws, Flaw(CONTAINER, f"cut off at byte {at}")]
        if not block.strip(b"\0"):
            return files, [*flaws, *_end(data[at:])]
        name, size = _name(block), _size(block)
        if name is None or size is None:
            flaws.append(Flaw(name or CONTAINER, f"the header at byte {at} cannot be read; nothing behind it was"))
            return files, flaws
        padded = data[at + BLOCK : at + BLOCK + size + -size % BLOCK]
        content = padded[:size]
        flaws += _member(name, size, block, padded, before, files)
        files.setdefault(name, content)
        at, before = at + BLOCK + size + -size % BLOCK, name


def _name(block: bytes) -> str | None:
    try:
        name = block[:LONGEST_NAME].rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        return None
    return name if NAME.match(name) else None


def _size(block: bytes) -> int | None:
    field = block[124:135]
    return int(field, 8) if re.fullmatch(rb"[0-7]{11}", field) else None


def _member(name: str, size: int, block: bytes, padded: bytes, before: str, files: Mapping[str, bytes]) -> list[Flaw]:
    found = []
    if block != header(name, size):
        found.append(Flaw(name, "its header in the container is not in its one form"))
    if len(padded) < size:
        found.append(Flaw(name, f"cut off after {len(padded)} of {size} bytes"))
    elif padded[size:].strip(b"\0") or len(padded) % BLOCK:
        found.append(Flaw(name, "something stands in the padding behind it"))
    if name in files:
        found.append(Flaw(name, "stands twice in the container"))
    elif name < before:
        found.append(Flaw(name, f"out of order: it stands behind {before}"))
    return found


def _end(rest: bytes) -> list[Flaw]:
    if rest == END:
        return []
    if len(rest) < len(END):
        return [Flaw(CONTAINER, "the end is cut off")]
    return [Flaw(CONTAINER, f"{len(rest) - len(END)} bytes behind the end, or an end that is not all zeros")]
