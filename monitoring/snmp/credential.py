"""Who asks: a community, or a user with keys. Nothing of it is ever printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inventory.secrets import resolve

if TYPE_CHECKING:
    from inventory.model.site import Access

AUTH = ("SHA", "SHA224", "SHA256", "SHA384", "SHA512", "MD5")
PRIV = ("AES", "AES192", "AES256", "DES")
MIN_PASSPHRASE = 8
"""RFC 3414, 11.2: a password has at least 8 characters."""


class BadUser(Exception):
    """A user as given cannot be one. The message never holds what was given."""

    exit_code, code = 2, "snmp-user"
    hint = "give NAME:SHA:AUTH-PASSPHRASE:AES:PRIV-PASSPHRASE, each passphrase of 8 characters or more"


@dataclass(frozen=True)
class Community:
    """SNMP v2c."""

    name: str = field(repr=False)


@dataclass(frozen=True)
class User:
    """SNMP v3 with authentication and privacy (RFC 3414, 3826, 7860)."""

    name: str
    auth: str
    auth_passphrase: str = field(repr=False)
    priv: str
    priv_passphrase: str = field(repr=False)

    def key(self) -> Any:
        """The user as gufo-snmp wants it."""
        from gufo.snmp import user as keys

        auth = {
            "MD5": keys.Md5Key, "SHA": keys.Sha1Key, "SHA224": keys.Sha224Key,
            "SHA256": keys.Sha256Key, "SHA384": keys.Sha384Key, "SHA512": keys.Sha512Key,
        }[self.auth]  # fmt: skip
        priv = {"DES": keys.DesKey, "AES": keys.Aes128Key, "AES192": keys.Aes192Key, "AES256": keys.Aes256Key}[
            self.priv
        ]
        return keys.User(
            self.name,
            auth_key=auth(self.auth_passphrase.encode()),
            priv_key=priv(self.priv_passphrase.encode()),
        )


Credential = Community | User


def site_user(access: Access, state: Path) -> User:
    """As whom the suite asks the site's devices; `state` is what $MROOM_STATE stands for. Raises SecretUnavailable."""
    return User(access.snmp_user, "SHA256", resolve(access.snmp_auth, state), "AES", resolve(access.snmp_priv, state))


def user_of(text: str) -> User:
    """`NAME:AUTH:PASSPHRASE:PRIV:PASSPHRASE`, as a secret holds it; `NAME:PASSPHRASE:PASSPHRASE` means SHA256 and AES.

    Raises BadUser.
    """
    parts = text.strip().split(":") if ":" in text else text.split()
    if len(parts) == 3:  # noqa: PLR2004 the name and both passphrases: with the algorithms that are usual today
        parts = [parts[0], "SHA256", parts[1], "AES", parts[2]]
    if len(parts) != 5:  # noqa: PLR2004 the five parts above
        raise BadUser(f"an SNMP user has five parts with colons between, this one has {len(parts)}")
    name, auth, auth_passphrase, priv, priv_passphrase = parts
    auth, priv = auth.upper().replace("-", ""), priv.upper().replace("-", "")
    if not name or auth not in AUTH or priv not in PRIV:
        raise BadUser(f"an SNMP user has a name, one of {', '.join(AUTH)} and one of {', '.join(PRIV)}")
    if min(len(auth_passphrase), len(priv_passphrase)) < MIN_PASSPHRASE:
        raise BadUser(f"a passphrase of SNMP has at least {MIN_PASSPHRASE} characters")
    return User(name, auth, auth_passphrase, priv, priv_passphrase)
