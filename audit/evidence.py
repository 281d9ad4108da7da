"""An evidence: what was looked at, when, and what was seen; named by the hash of its canonical JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import rfc8785

from audit.verdict import Outcome


@dataclass(frozen=True)
class Evidence:
    id: str
    kind: str
    """proof, telemetry, drill, configuration or attestation."""
    when: str
    """RFC 3339: when it was seen, not when it was looked up."""
    document: Mapping[str, Any]
    """What was seen, as JSON."""

    @cached_property
    def canonical(self) -> bytes:
        """RFC 8785; the file that a bundle holds."""
        return rfc8785.dumps({"id": self.id, "kind": self.kind, "when": self.when, "document": dict(self.document)})

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()

    def row(self) -> dict[str, str]:
        return {"id": self.id, "kind": self.kind, "when": self.when, "sha256": self.sha256}


@dataclass(frozen=True)
class Looked:
    """What came of one query: the evidence that was found, and what it shows for each room."""

    rooms: Mapping[str, Outcome]
    evidence: tuple[Evidence, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Name in a bundle → content: the documents that attestations are about."""
