"""Keys and secrets of the twin: made once, kept under the state folder, 0600; a later twin finds them again."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from inventory.model import Site
from twin.failure import TwinFailure
from twin.topology import Topology

PINS = "known_hosts"
"""Where the host keys of the nodes are pinned, below the state folder."""
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 24
"""24 letters of 57: 139 bits."""


@dataclass(frozen=True)
class Keys:
    """What the nodes are given."""

    authorized_key: str
    """One OpenSSH line."""
    snmp_auth: str = field(repr=False)
    snmp_priv: str = field(repr=False)
    host_keys: dict[str, str] = field(repr=False)
    """Node -> its private SSH host key."""


def ensure(site: Site, state: Path, topology: Topology) -> Keys:
    """Make what is missing of user key, SNMP pass phrases and host keys, and pin the host keys in known_hosts."""
    access = site.site.access
    user_key = _path(access.ssh_key, state)
    wanted = [user_key, *(state / "keys" / "hosts" / node.name for node in topology.nodes)]
    _make_ssh_keys([path for path in wanted if not path.exists()])
    for reference in (*access.secrets.values(), site.site.entry_records.card_key):
        _phrase(_path(reference, state))
    hosts = {node.name: state / "keys" / "hosts" / node.name for node in topology.nodes}
    pins = [f"{node.address},{node.name} {_public(hosts[node.name])}" for node in topology.nodes]
    write_private(state / PINS, "\n".join(pins) + "\n")
    return Keys(
        authorized_key=_public(user_key),
        snmp_auth=_phrase(_path(access.snmp_auth, state)),
        snmp_priv=_phrase(_path(access.snmp_priv, state)),
        host_keys={name: path.read_text(encoding="ascii") for name, path in hosts.items()},
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(path.name + ".new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def _path(reference: str, state: Path) -> Path:
    kind, _, rest = reference.partition(":")
    if kind != "file":
        raise TwinFailure(
            f"site.access refers to a secret as {kind}:…; the twin keeps its own keys and expects file:PATH",
            hint="write file:$MROOM_STATE/keys/… in the site's access block",
            code="secret",
        )
    return Path(rest.replace("$MROOM_STATE", str(state)))


def _public(path: Path) -> str:
    """Key type and key, without the comment."""
    return " ".join(path.with_name(path.name + ".pub").read_text(encoding="ascii").split()[:2])


def _make_ssh_keys(paths: list[Path]) -> None:
    """All at once: ssh-keygen takes 4 ms, most of it start-up. The private key appears last: it is never half made."""
    running = []
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_name(path.name + ".new")
        half.unlink(missing_ok=True)
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(half)]
        running.append((path, half, subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)))
    for path, half, process in running:
        _, error = process.communicate()
        if process.returncode:
            what = error.decode(errors="replace").strip() or f"ended with {process.returncode}"
            raise TwinFailure(f"ssh-keygen for {path}: {what}", hint="free the disk or mend the folder", code="keys")
        half.with_name(half.name + ".pub").rename(path.with_name(path.name + ".pub"))
        half.rename(path)


def _phrase(path: Path) -> str:
    if not path.exists():
        write_private(path, "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) + "\n")
    return path.read_text(encoding="ascii").strip()
