"""Forgeries of bytes and of the container."""

from __future__ import annotations

import random

from audit.bundle import container
from tests.audit.forgery import Base, Forgery


def _owner(base_: Base, at: int) -> tuple[str, bool]:
    """The file that a byte belongs to, or the container for its end; and whether it is of the file's own content."""
    position = 0
    for name in sorted(base_.bundle.files):
        size = len(base_.bundle.files[name])
        position += container.BLOCK + size + -size % container.BLOCK
        if at < position:
            start = position - (size + -size % container.BLOCK)
            return name, start <= at < start + size
    return "container", True


def flip(base_: Base, chance: random.Random) -> Forgery:
    at, data = chance.randrange(len(base_.bundle.data)), bytearray(base_.bundle.data)
    data[at] ^= 1 << chance.randrange(8)
    name, own = _owner(base_, at)
    return Forgery(f"bit of byte {at} ({name})", bytes(data), name if own else None)


def flip_content(base_: Base, chance: random.Random) -> Forgery:
    name = chance.choice(sorted(base_.bundle.files))
    data = bytearray(base_.bundle.files[name])
    data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    return Forgery(f"a byte of {name}", container.write({**base_.bundle.files, name: bytes(data)}), name)


def insert(base_: Base, chance: random.Random) -> Forgery:
    data, at = base_.bundle.data, chance.randrange(len(base_.bundle.data) + 1)
    more = chance.choice([b"\0", b"\n", b"0", bytes(512), bytes(1024), chance.randbytes(chance.randint(1, 600))])
    return Forgery(f"{len(more)} bytes put in at {at}", data[:at] + more + data[at:])


def delete(base_: Base, chance: random.Random) -> Forgery:
    data = base_.bundle.data
    at = chance.randrange(len(data))
    count = chance.choice([1, 2, 512, 1024, chance.randint(1, len(data) - at)])
    return Forgery(f"{count} bytes taken out at {at}", data[:at] + data[at + count :])


def truncate(base_: Base, chance: random.Random) -> Forgery:
    at = chance.randrange(len(base_.bundle.data))
    return Forgery(f"cut off at {at}", base_.bundle.data[:at])


def append(base_: Base, chance: random.Random) -> Forgery:
    more = chance.choice([b"\0", b"\n", bytes(512), bytes(9216), base_.bundle.data, chance.randbytes(100)])
    return Forgery(f"{len(more)} bytes behind the end", base_.bundle.data + more, "container")


# --- edits of the container


def header_form(base_: Base, chance: random.Random) -> Forgery:
    """A header that says the same in another way, with a right checksum."""
    name = chance.choice(sorted(base_.bundle.files))
    data = bytearray(base_.bundle.data)
    at = bytes(data).index(container.header(name, len(base_.bundle.files[name])))
    field, value = chance.choice(
        [(100, b"0000600\0"), (108, b"0001750\0"), (136, b"14000000000\0"), (156, b"\0"), (265, b"root"),
         (257, b"ustar  \0"), (329, bytes(8)), (345, b"."), (500, b"x"), (124, b" " + data[at + 125 : at + 136])]
    )  # fmt: skip
    data[at + field : at + field + len(value)] = value
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = f"{sum(data[at : at + 512]):06o}\0 ".encode()
    return Forgery(f"header of {name} at {field}", bytes(data), name)


def _raw(files: list[tuple[str, bytes]]) -> bytes:
    """A container that holds these in this order, whatever they are."""
    rows = [container.header(name, len(data)) + data + bytes(-len(data) % 512) for name, data in files]
    return b"".join([*rows, container.END])


def reorder_files(base_: Base, chance: random.Random) -> Forgery:
    rows = sorted(base_.bundle.files.items())
    a, b = sorted(chance.sample(range(len(rows)), 2))
    rows[a], rows[b] = rows[b], rows[a]
    return Forgery(f"{rows[a][0]} and {rows[b][0]} change places", _raw(rows))


def repeat_file(base_: Base, chance: random.Random) -> Forgery:
    rows = sorted(base_.bundle.files.items())
    name, data = chance.choice(rows)
    rows.insert(rows.index((name, data)), (name, chance.choice([data, b"", data + b" "])))
    return Forgery(f"{name} stands twice", _raw(rows), name)


def remove_file(base_: Base, chance: random.Random) -> Forgery:
    name = chance.choice(sorted(base_.bundle.files))
    return Forgery(
        f"{name} taken out", container.write({n: d for n, d in base_.bundle.files.items() if n != name}), name
    )


def add_file(base_: Base, chance: random.Random) -> Forgery:
    name = chance.choice(["evidence/0.json", "zzz", "A", "ledger.txt.sig"])
    return Forgery(f"{name} put in", container.write({**base_.bundle.files, name: b"{}"}), name)


def swap_files(base_: Base, chance: random.Random) -> Forgery:
    files = dict(base_.bundle.files)
    a, b = chance.sample(sorted(name for name in files if name.startswith("evidence/")), 2)
    files[a], files[b] = files[b], files[a]
    return Forgery(f"{a} and {b} swap contents", container.write(files), a)
