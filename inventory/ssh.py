"""How the suite reaches a node over SSH: user, key, pinned host keys. Ansible, probes and checks all read this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inventory.model import Site
from inventory.secrets import path_of

CONNECT_SECONDS = 5
"""A host of this room answers in milliseconds; five seconds allow for a failover under way."""


@dataclass(frozen=True)
class Login:
    """What `ssh` needs to know besides the address; no secret is in it, only the place of the key."""

    user: str
    key: Path
    known_hosts: Path

    @property
    def options(self) -> tuple[str, ...]:
        """Options for ssh, scp and sftp: nothing is asked, and a host key that is not pinned is refused."""
        settings = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": self.known_hosts,
            "GlobalKnownHostsFile": "/dev/null",
            "UpdateHostKeys": "no",
            "IdentitiesOnly": "yes",
            "ConnectTimeout": CONNECT_SECONDS,
            "ServerAliveInterval": 5,
            "LogLevel": "ERROR",
        }
        return tuple(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))

    def command(self, address: str, *remote: str) -> list[str]:
        """The argument list that runs `remote` (words for the node's shell) at `address`."""
        return ["ssh", "-F", "none", *self.options, "-i", str(self.key), f"{self.user}@{address}", "--", *remote]


def login(site: Site, state: Path) -> Login:
    """The login of every node of a site; `state` is what $MROOM_STATE stands for.

    Raises SecretUnavailable when the key or the pinned host keys are referred to in another way than `file:`, since ssh
    reads both from files.
    """
    access = site.site.access
    return Login(user=access.user, key=path_of(access.ssh_key, state), known_hosts=path_of(access.host_keys, state))
