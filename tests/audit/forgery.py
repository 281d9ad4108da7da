"""A bundle to forge: the same bytes for the same seed, and what an auditor kept of it elsewhere."""

from __future__ import annotations

import datetime as dt
import functools
import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import shelf
from audit.bundle.make import Bundle, contents, make
from audit.ground import Ground
from audit.ledger import KIND, Kept, content
from audit.papers import Papers
from audit.score import Assessment, assess
from inventory import graph
from journal import Entry
from journal.chain import canonical, link
from journal.drills import ENDED as DRILL
from tests.audit.scene import AT, example, run


@dataclass(frozen=True)
class Base:
    """The bundle before it is edited, and what an auditor kept of it elsewhere."""

    bundle: Bundle
    entries: tuple[Entry, ...]
    seed: int
    assessment: Assessment
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
        bundle = make(contents(kept, entries, Path(folder)), key_of(seed, Path(folder)), Path(folder), "room")
    return Base(bundle, tuple(entries), seed, found, entries[-1].hash, bundle.key.line())


def key_of(seed: int, folder: Path) -> str:
    """A reference to the key of a seed."""
    key = Ed25519PrivateKey.from_private_bytes(random.Random(f"key/{seed}").randbytes(32))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    path = folder / f"key-{seed}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
        stream.write(key.private_bytes(*form))
    return f"file:{path}"
