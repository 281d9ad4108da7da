"""Make a bundle: everything that verdicts stand on, listed in the manifest, signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785

from audit.bundle import ASSESSMENT, HEAD, LEDGER, MANIFEST, PAGE, SIGNATURE, SIGNERS, chain, container, manifest
from audit.bundle.page import page
from audit.bundle.signature import Key, sign
from audit.ledger import Kept
from journal import Entry
from journal.drills import ENDED as DRILL


@dataclass(frozen=True)
class Bundle:
    data: bytes
    files: Mapping[str, bytes]
    key: Key


def contents(kept: Kept, entries: Iterable[Entry], state: Path) -> dict[str, bytes]:
    """The files without those of the signature. Raw records of drills come along where they are what the run named."""
    ledger = list(entries)
    files = {
        PAGE: page(),
        LEDGER: chain.write(ledger),
        HEAD: chain.head(ledger[-1]),
        ASSESSMENT: rfc8785.dumps(chain.plain(kept.entry.text)["document"]),
        **{f"evidence/{sha256}.json": one.canonical for sha256, one in kept.assessment.evidence.items()},
        **kept.assessment.files,
    }
    for entry in ledger:
        if entry.kind == DRILL:
            files |= _records(entry.body, state)
    return files


def _records(run: Mapping[str, Any], state: Path) -> dict[str, bytes]:
    found = {}
    for name, sha256 in run.get("evidence", {}).items():
        path = state / "drills" / run["run"] / name
        if path.is_file():
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == sha256:
                found[f"drills/{run['run']}/{name}"] = data
    return found


def make(files: Mapping[str, bytes], reference: str, state: Path, principal: str) -> Bundle:
    """Sign the files with the key of a reference and pack them. Raises NotSigned, SecretUnavailable."""
    # the public key stands in a file that the manifest covers, so it is asked for first
    _, key = sign(b"", reference, state, principal)
    whole = {**files, SIGNERS: key.line()}
    whole[MANIFEST] = manifest.write(whole)
    whole[SIGNATURE], _ = sign(whole[MANIFEST], reference, state, principal)
    return Bundle(container.write(whole), whole, key)
