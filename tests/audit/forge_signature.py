"""Forgeries of the manifest and of the signature, and bundles that were signed anew."""

from __future__ import annotations

import base64
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from audit.bundle import HEAD, LEDGER, MANIFEST, SIGNATURE, SIGNERS, chain, container, signature
from audit.bundle.make import Bundle, make
from audit.ledger import KIND
from journal import Entry
from journal.chain import link
from tests.audit.forgery import Base, Forgery, key_of

ORDER = 2**252 + 27742317777372353535851937790883648493
"""L of RFC 8032: S + L passes where only the top bits of S are looked at."""


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
        return make(files, key_of(seed, Path(folder)), Path(folder), "room")


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

    return Forgery(
        f"a new ledger without {number + 1}, signed by the right key",
        _signed_anew(base_, base_.seed, edit).data,
        LEDGER,
        needs_kept=True,
    )
