"""Forgeries of the ledger, each with a manifest that fits it."""

from __future__ import annotations

import dataclasses
import json
import random

from audit.bundle import HEAD, LEDGER, MANIFEST, SIGNATURE, chain, container, manifest
from journal import Entry
from journal.chain import canonical, digest, link
from tests.audit.forgery import Base, Forgery


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
