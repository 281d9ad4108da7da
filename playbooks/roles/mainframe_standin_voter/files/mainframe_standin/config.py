"""The file that the role writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """Durations in seconds. Every member is a voter too; the witness is a voter alone."""

    host: str
    members: list[str]
    """In order of preference."""
    voters: dict[str, str]
    """Voter -> address."""
    listen: str
    """Where clients come in; all addresses, since the entry comes and goes."""
    port: int
    peer_port: int
    folder: str
    lease_seconds: float
    renew_seconds: float
    announce_seconds: float
    """How long the entry may stay announced after the last good check: no entry outlives the lease."""
    patience_seconds: float

    @property
    def serves(self) -> bool:
        return self.host in self.members

    @property
    def other(self) -> str:
        """The other member."""
        return next(name for name in self.members if name != self.host)


def load(path: Path) -> Config:
    return Config(**json.loads(path.read_text(encoding="utf-8")))
