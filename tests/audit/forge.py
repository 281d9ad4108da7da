"""Seeded forgeries of a bundle: whatever is edited, verification finds it and names it.

A run depends on (seed, number) alone: key, ledger and edits all come from them.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import json
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import shelf
from audit.bundle import HEAD, LEDGER, MANIFEST, SIGNATURE, SIGNERS, chain, container, manifest, signature
from audit.bundle.make import Bundle, contents, make
from audit.bundle.verify import verify
from audit.ground import Ground
from audit.ledger import KIND, Kept, content
from audit.papers import Papers
from audit.score import assess
from bcp.record import KIND as DRILL
from inventory import graph
from journal import Entry
from journal.chain import canonical, digest, link
from tests.audit.scene import AT, example, run

ORDER = 2**252 + 27742317777372353535851937790883648493
"""L of RFC 8032: S + L passes where only the top bits of S are looked at."""


@dataclass(frozen=True)
class Base:
    """The bundle before it is edited, and what an auditor kept of it elsewhere."""

    bundle: Bundle
    entries: tuple[Entry, ...]
    head: str
    signers: bytes


@dataclass(frozen=True)
class Forgery:
    what: str
    data: bytes
    named: str | None = None
    """What must be among the entries that the verification names; None: whatever it is."""
    needs_kept: bool = False
    """Only somebody who kept the head or the key elsewhere can see it."""


def _ledger(chance: random.Random) -> list[Entry]:
    entries: list[Entry] = []

    def add(kind: str, body: dict[str, Any]) -> None:
        when = AT - dt.timedelta(days=90) + dt.timedelta(hours=len(entries))
        time = when.astimezone(dt.UTC).isoformat(timespec="microseconds")
        entries.append(link(entries[-1] if entries else None, time, kind, canonical(body)))

    for number in range(chance.randint(6, 20)):
        add("change", {"id": f"c{number}", "state": "confirmed", "author": "職員", "approver": None, "objects": ["x"]})
    for drill, element in (("line-cut", "line-a"), ("line-silent", "line-b"), ("feed-loss", "utility-s")):
        add(DRILL, run(drill, element, AT - dt.timedelta(days=10)))
    return entries


@functools.cache
def base(seed: int) -> Base:
    """The same bytes at every call, on every machine."""
    chance = random.Random(seed)
    site, entries, catalogue, papers = example(), _ledger(chance), shelf.load(), Papers()
    with tempfile.TemporaryDirectory() as folder:
        stand = Ground(site, graph.build(site, AT.date()), AT, tuple(entries), papers, Path(folder))
        found = assess(stand, catalogue)
        body = {"content_sha256": content(found, papers), "by": "auditor", "waivers": {}, "document": found.document()}
        time = AT.astimezone(dt.UTC).isoformat(timespec="microseconds")
        entries.append(link(entries[-1], time, KIND, canonical(body)))
        kept = Kept(found, entries[-1], entries[-1])
        bundle = make(contents(kept, entries, Path(folder)), _key(seed, Path(folder)), Path(folder), "room")
    return Base(bundle, tuple(entries), entries[-1].hash, bundle.key.line())


def _key(seed: int, folder: Path) -> str:
    """A reference to the key of a seed."""
    key = Ed25519PrivateKey.from_private_bytes(random.Random(f"key/{seed}").randbytes(32))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    path = folder / f"key-{seed}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
        stream.write(key.private_bytes(*form))
    return f"file:{path}"


# --- edits of bytes


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


# --- edits of the ledger, with a manifest that fits them


def _with_ledger(base_: Base, lines: list[str], **other: bytes) -> bytes:
    files = {**base_.bundle.files, LEDGER: "".join(lines).encode(), **other}
    files[MANIFEST] = manifest.write(files)
    return container.write(files)


def _lines(base_: Base) -> list[str]:
    return base_.bundle.files[LEDGER].decode().splitlines(keepends=True)


def _numbers(base_: Base, count: int, chance: random.Random) -> list[int]:
    return sorted(chance.sample(range(len(base_.entries)), count))


def edit_entry(base_: Base, chance: random.Random) -> Forgery:
    """The body of one entry says something else; its hash is left."""
    lines = _lines(base_)
    number = chance.randrange(len(lines))
    body = {**base_.entries[number].body, "author": chance.choice(["別人", "somebody"])}
    changed = dataclasses.replace(base_.entries[number], text=canonical(body))
    lines[number] = f"{changed.hash} {chain.text(changed)}\n"
    return Forgery(f"body of entry {number + 1}", _with_ledger(base_, lines), f"ledger entry {number + 1}")


def rehash_entry(base_: Base, chance: random.Random) -> Forgery:
    """The same with a hash that fits: then the entry behind it does not follow any more, or the head."""
    lines = _lines(base_)
    number = chance.randrange(len(lines))
    entry = base_.entries[number]
    text = canonical({**entry.body, "author": "別人"})
    right = digest(entry.sequence, entry.time, entry.kind, text, entry.previous)
    changed = dataclasses.replace(entry, text=text, hash=right)
    lines[number] = f"{changed.hash} {chain.text(changed)}\n"
    last = number == len(lines) - 1
    return Forgery(
        f"entry {number + 1}, rehashed", _with_ledger(base_, lines), HEAD if last else f"ledger entry {number + 2}"
    )


def rebuild_chain(base_: Base, chance: random.Random) -> Forgery:
    """A whole new chain with one entry changed, a manifest and a head that fit: the signature does not."""
    number, entries = chance.randrange(len(base_.entries)), list[Entry]()
    for at, entry in enumerate(base_.entries):
        text = canonical({**entry.body, "author": "別人"}) if at == number else entry.text
        entries.append(link(entries[-1] if entries else None, entry.time, entry.kind, text))
    lines = [f"{entry.hash} {chain.text(entry)}\n" for entry in entries]
    return Forgery(f"new chain from {number + 1}", _with_ledger(base_, lines, HEAD=chain.head(entries[-1])), SIGNATURE)


def take_entry(base_: Base, chance: random.Random) -> Forgery:
    lines = _lines(base_)
    number = chance.randrange(len(lines) - 1)
    del lines[number]
    return Forgery(f"entry {number + 1} taken out", _with_ledger(base_, lines), f"ledger entry {number + 2}")


def swap_entries(base_: Base, chance: random.Random) -> Forgery:
    lines, (a, b) = _lines(base_), _numbers(base_, 2, chance)
    lines[a], lines[b] = lines[b], lines[a]
    return Forgery(f"entries {a + 1} and {b + 1} swapped", _with_ledger(base_, lines), f"ledger entry {b + 1}")


def repeat_entry(base_: Base, chance: random.Random) -> Forgery:
    lines = _lines(base_)
    number = chance.randrange(len(lines))
    lines.insert(number, lines[number])
    return Forgery(f"entry {number + 1} twice", _with_ledger(base_, lines), f"ledger entry {number + 1}")


def cut_tail(base_: Base, chance: random.Random) -> Forgery:
    lines = _lines(base_)
    count = chance.randint(1, len(lines))
    return Forgery(f"the last {count} entries cut off", _with_ledger(base_, lines[:-count]))


def cut_tail_and_head(base_: Base, chance: random.Random) -> Forgery:
    count = chance.randint(1, len(base_.entries) - 1)
    left = base_.entries[:-count]
    return Forgery(
        f"cut to {len(left)} with its head",
        _with_ledger(base_, _lines(base_)[:-count], HEAD=chain.head(left[-1])),
        SIGNATURE,
    )


def line_form(base_: Base, chance: random.Random) -> Forgery:
    """An entry that says the same in other bytes."""
    lines = _lines(base_)
    number = chance.randrange(len(lines))
    hash_, text = lines[number].rstrip("\n").split(" ", 1)
    other = chance.choice([
        f"{hash_.upper()} {text}\n", f"{hash_}  {text}\n", f"{hash_} {text} \n", f"{hash_} {text}\r\n",
        f"{hash_} {json.dumps(json.loads(text), ensure_ascii=False)}\n",
        f"{hash_} {json.dumps(json.loads(text), separators=(',', ':'), sort_keys=True)}\n",
    ])  # fmt: skip
    if other == lines[number]:
        other = f"{hash_}\t{text}\n"
    lines[number] = other
    return Forgery(f"entry {number + 1} in another form", _with_ledger(base_, lines), f"ledger entry {number + 1}")


# --- edits of the manifest and of the signature


def manifest_form(base_: Base, chance: random.Random) -> Forgery:
    rows = base_.bundle.files[MANIFEST].decode().splitlines(keepends=True)
    at = chance.randrange(len(rows))
    hash_, name = rows[at].rstrip("\n").split("  ")
    kind = chance.randrange(6)
    if kind == 0:
        rows = [*rows[:at], *rows[at + 1 :], rows[at]] if at < len(rows) - 1 else [rows[at], *rows[:-1]]
    else:
        rows[at] = [
            f"{hash_.upper()}  {name}\n",
            f"{hash_} *{name}\n",
            f"{hash_}  ./{name}\n",
            rows[at] * 2,
            f"{hash_}  {name}\r\n",
        ][kind - 1]
    data = "".join(rows).encode()
    if data == base_.bundle.files[MANIFEST]:
        data += b"\n"
    return Forgery(
        f"line {at + 1} of the manifest in another form ({kind})",
        container.write({**base_.bundle.files, MANIFEST: data}),
    )


def _blob(base_: Base) -> bytes:
    lines = base_.bundle.files[SIGNATURE].decode().splitlines()[1:-1]
    return base64.b64decode("".join(lines))


def _signed(base_: Base, data: bytes, what: str) -> Forgery:
    return Forgery(what, container.write({**base_.bundle.files, SIGNATURE: data}), SIGNATURE)


def signature_form(base_: Base, chance: random.Random) -> Forgery:
    """The same signature in other bytes, most of which ssh-keygen takes."""
    blob = _blob(base_)
    text = base64.b64encode(blob).decode()
    number = int.from_bytes(blob[-32:], "little") + ORDER
    reserved = signature._string(signature.NAMESPACE.encode()) + bytes(4)
    with_reserved = blob.replace(reserved, reserved[:-4] + signature._string(b"x"))
    wide = "\n".join([signature.BEGIN, text, signature.FINISH, ""]).encode()
    whole = base_.bundle.files[SIGNATURE]
    forms = {
        "S + L": signature.armour(blob[:-32] + number.to_bytes(32, "little")),
        "a reserved field": signature.armour(with_reserved),
        "one line": wide,
        "CRLF": whole.replace(b"\n", b"\r\n"),
        "a line break more": whole + b"\n",
        "text in front": b"# \n" + whole,
        "another hash algorithm": signature.armour(blob.replace(b"sha512", b"sha256")),
        "a bit more": signature.armour(blob + b"\0"),
    }
    what = chance.choice(sorted(forms))
    return _signed(base_, forms[what], f"signature: {what}")


def _signed_anew(base_: Base, seed: int, edit: Callable[[dict[str, bytes]], object]) -> Bundle:
    """The files, edited and signed from the beginning by the key of a seed."""
    files = {n: d for n, d in base_.bundle.files.items() if n not in {MANIFEST, SIGNATURE, SIGNERS}}
    edit(files)
    with tempfile.TemporaryDirectory() as folder:
        return make(files, _key(seed, Path(folder)), Path(folder), "room")


def other_key(base_: Base, chance: random.Random) -> Forgery:
    """Edited and signed by a key of the forger's own: seen by whoever kept the first key, or the head."""
    made = _signed_anew(base_, chance.randint(10**6, 10**9), dict)
    return Forgery("signed by another key", made.data, SIGNERS, needs_kept=True)


def insider(base_: Base, chance: random.Random) -> Forgery:
    """Cut off and signed anew by the right key: seen by whoever kept the head."""
    audits = [number for number, entry in enumerate(base_.entries) if entry.kind == KIND]
    number = chance.randint(1, len(base_.entries) - 2)

    def edit(files: dict[str, bytes]) -> None:
        entries: list[Entry] = []
        for at, entry in enumerate(base_.entries):
            if at != number or at in audits:
                entries.append(link(entries[-1] if entries else None, entry.time, entry.kind, entry.text))
        files[LEDGER], files[HEAD] = chain.write(entries), chain.head(entries[-1])

    seed = SEED.get(base_.head, 0)
    return Forgery(
        f"a new ledger without {number + 1}, signed by the right key",
        _signed_anew(base_, seed, edit).data,
        LEDGER,
        needs_kept=True,
    )


SEED: dict[str, int] = {}
EDITS = (
    flip, flip_content, insert, delete, truncate, append, header_form, reorder_files, repeat_file, remove_file,
    add_file, swap_files, edit_entry, rehash_entry, rebuild_chain, take_entry, swap_entries, repeat_entry, cut_tail,
    cut_tail_and_head, line_form, manifest_form, signature_form, other_key, insider,
)  # fmt: skip


def forge(seed: int, number: int) -> tuple[Base, Forgery]:
    """The forgery of one run."""
    chance = random.Random(f"{seed}/{number}")
    own = base(seed)
    SEED[own.head] = seed
    return own, EDITS[number % len(EDITS)](own, chance)


def judge(own: Base, forged: Forgery) -> str | None:
    """None when the verification found and named the edit, else what it failed to do."""
    if forged.data == own.bundle.data:
        return "the edit changed nothing"
    kept = verify(forged.data, own.head, own.signers)
    if kept.ok:
        return f"not found: {forged.what}"
    named = {flaw.entry for flaw in kept.flaws}
    if forged.named and forged.named not in named:
        return f"{forged.what}: {forged.named} is not named, but {sorted(named)}"
    if not forged.needs_kept and verify(forged.data).ok:
        return f"not found without what was kept: {forged.what}"
    return None
