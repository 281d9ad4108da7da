"""A node's whole configuration: absolute path -> file. One diff, one on-device timer, one rollback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class File:
    """One configuration file as it should stand on the node."""

    content: str
    mode: int = 0o644
    owner: str = "root"
    """The user; the group is the user's own (root:root, frr:frr)."""

    @property
    def secret(self) -> bool:
        """True when the content must not be shown in a diff, a log or a journal: nobody but its owner may read it."""
        return not self.mode & 0o077


Bundle = Mapping[str, File]
"""Absolute path on the node -> its file."""


@dataclass(frozen=True)
class Secrets:
    """What a configuration needs that no inventory holds. Host keys are the node's own and never leave it."""

    authorized_key: str
    """The public key of the suite's user, one OpenSSH line."""
    snmp_auth: str = field(repr=False)
    """SNMPv3 authentication pass phrase (SHA-256), at least 8 characters."""
    snmp_priv: str = field(repr=False)
    """SNMPv3 privacy pass phrase (AES), at least 8 characters."""
