"""Verify a bundle from its bytes alone: no site, no journal, no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.bundle import (
    ASSESSMENT,
    CONTAINER,
    HEAD,
    LEDGER,
    MANIFEST,
    PAGE,
    SIGNATURE,
    SIGNERS,
    Flaw,
    chain,
    container,
    manifest,
    signature,
)
from audit.ledger import KIND
from journal import Entry

NEEDED = (MANIFEST, SIGNATURE, SIGNERS, LEDGER, HEAD, ASSESSMENT, PAGE)


@dataclass(frozen=True)
class Verified:
    entries: int
    """Of the ledger."""
    head: str | None
    """The hash of its last entry."""
    signed_by: str | None
    """Name and fingerprint of the key; None when no signature holds."""
    flaws: tuple[Flaw, ...]

    @property
    def ok(self) -> bool:
        return not self.flaws

    def document(self) -> dict[str, Any]:
        """Interface: audit verify."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "head": self.head,
            "signed_by": self.signed_by,
            "problems": [{"entry": flaw.entry, "what": flaw.what} for flaw in self.flaws],
        }


def verify(data: bytes, head: str | None = None, signers: bytes | None = None) -> Verified:
    """Everything that is wrong with a bundle. `head`: a hash kept elsewhere, which must be in the ledger; `signers`: an
    `allowed_signers` line kept elsewhere, whose key must have signed. Raises nothing."""
    files, flaws = container.read(data)
    if not files:
        return Verified(0, None, None, (*flaws, Flaw(CONTAINER, "holds no file: this is no bundle")))
    flaws += manifest.check(files)
    flaws += [Flaw(name, "is not there") for name in NEEDED if name not in files and name != MANIFEST]
    key, signed = _signed(files, signers)
    entries, lines = chain.read(files.get(LEDGER, b""))
    flaws += [*signed, *lines, *chain.check(entries, files.get(HEAD, b""), head), *_contents(files, entries)]
    last = entries[-1].hash if entries else None
    named = f"{key.principal} {key.fingerprint()}" if key else None
    return Verified(len(entries), last, named, tuple(dict.fromkeys(flaws)))


def _signed(files: Mapping[str, bytes], kept: bytes | None) -> tuple[signature.Key | None, list[Flaw]]:
    if any(name not in files for name in (MANIFEST, SIGNATURE, SIGNERS)):
        return None, []
    key, flaws = signature.check(files[MANIFEST], files[SIGNATURE], files[SIGNERS])
    if kept is not None and kept != files[SIGNERS]:
        flaws.append(Flaw(SIGNERS, "is not the one that was kept: somebody else signed this"))
        key = None
    return key, flaws


def _contents(files: Mapping[str, bytes], entries: list[Entry]) -> list[Flaw]:
    """That the parts fit together: only who can sign could make this wrong."""
    flaws: list[Flaw] = []
    try:
        document = json.loads(files[ASSESSMENT])
        wanted = [row for item in document["items"] for row in item["evidence"]]
        named = {f"evidence/{row['sha256']}.json" for row in wanted}
        drills = {row["id"] for row in wanted if row["kind"] == "drill"}
    except (KeyError, TypeError, ValueError, RecursionError):
        return [*flaws, Flaw(ASSESSMENT, "cannot be read")]
    flaws += [Flaw(name, "is not there, but a verdict stands on it") for name in sorted(named - files.keys())]
    audits = [entry.body.get("document") for entry in entries if entry.kind == KIND]
    if document not in audits:
        flaws.append(Flaw(ASSESSMENT, "is not what the ledger says was found"))
    runs = {f"drill-{entry.body.get('run')}" for entry in entries if entry.kind == "drill"}
    flaws += [Flaw(one, "is no run of the ledger, but a verdict stands on it") for one in sorted(drills - runs)]
    return flaws
