"""The signed bundle: what it is made of has one form each, so that every later edit shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """Something that an untouched bundle cannot have: the file, ledger entry or part of the container, and what."""

    entry: str
    what: str


MANIFEST, SIGNATURE, SIGNERS = "MANIFEST", "MANIFEST.sig", "allowed_signers"
LEDGER, HEAD, ASSESSMENT, PAGE = "ledger.txt", "HEAD", "assessment.json", "README.txt"
CONTAINER = "container"
"""How the tar file itself is called in a flaw."""
