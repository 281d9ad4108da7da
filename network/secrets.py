"""From the references of the inventory to what a configuration needs."""

from __future__ import annotations

from pathlib import Path

from inventory.model import Site
from inventory.secrets import path_of, resolve
from network.bundle import Secrets


class KeyUnreadable(Exception):
    """The file that the reference names holds no private key that can be read."""

    exit_code = 2
    code = "ssh-key"
    hint = "name an unencrypted OpenSSH key of the suite's own in site.access.ssh_key"


def secrets(site: Site, state: Path) -> Secrets:
    """The secrets of a site; `state` is what `$MROOM_STATE` stands for.

    The public key is computed from the private one, so that the two cannot differ. Raises `SecretUnavailable`,
    `KeyUnreadable`.
    """
    access = site.site.access
    return Secrets(
        authorized_key=_public(path_of(access.ssh_key, state), resolve(access.ssh_key, state)),
        snmp_auth=resolve(access.snmp_auth, state),
        snmp_priv=resolve(access.snmp_priv, state),
    )


def _public(path: Path, private: str) -> str:
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_ssh_private_key(f"{private}\n".encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable(f"{path} holds no OpenSSH private key without a pass phrase") from error
    form = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return form.decode("ascii")
