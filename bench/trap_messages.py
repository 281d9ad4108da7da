"""Traps as devices send them, made quickly: what `script/bench traps`, its campaign and tests throw at the receiver."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from monitoring.snmp.credential import User
from monitoring.traps.usm import Users

ROOT = Path(__file__).resolve().parent.parent
USER = User("mroom", "SHA256", "a long passphrase", "AES", "another passphrase")
UPS, ADDRESS = "ups-s-a", "127.0.36.111"
"""A UPS of the site below."""
ENGINE = bytes.fromhex("8000000004") + b"ups-s-a"
ON_BATTERY = "1.3.6.1.2.1.33.2.1"
VALUES: dict[str, int | bytes | str] = {"1.3.6.1.2.1.33.1.2.2.0": 5, "1.3.6.1.2.1.33.1.2.3.0": 20}
"""upsSecondsOnBattery, upsEstimatedMinutesRemaining."""


def loopback_site(folder: Path) -> Path:
    """The example site, with the devices of the second building's power on loopback addresses."""
    site = folder / "nishinomiya"
    shutil.copytree(ROOT / "inventory" / "sites" / "nishinomiya", site)
    for path in site.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("198.18.36.", "127.0.36.")
        text = text.replace("inside: [198.18.0.0/15]", "inside: [198.18.0.0/15, 127.0.36.0/24]")
        path.write_text(text, encoding="utf-8")
    return site


def keys(state: Path) -> None:
    """The passphrases of `USER`, where the site refers to them."""
    (state / "keys").mkdir(parents=True, exist_ok=True)
    (state / "keys" / "snmp-auth").write_text(USER.auth_passphrase, encoding="utf-8")
    (state / "keys" / "snmp-priv").write_text(USER.priv_passphrase, encoding="utf-8")


def tlv(tag: int, data: bytes) -> bytes:
    size = len(data)
    if size < 128:
        return bytes([tag, size]) + data
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + data


def number(value: int, tag: int = 2) -> bytes:
    return tlv(tag, value.to_bytes(max(1, (value.bit_length() + 8) // 8), "big", signed=True))


def oid(text: str) -> bytes:
    arcs = [int(arc) for arc in text.split(".")]
    data = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        part = bytearray([arc & 0x7F])
        while arc := arc >> 7:
            part.insert(0, 0x80 | (arc & 0x7F))
        data += part
    return tlv(6, bytes(data))


def _value(value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return number(value)
    return oid(value) if isinstance(value, str) else tlv(4, value)


def pdu(trap: str, values: Mapping[str, int | bytes | str], request: int, tag: int = 0xA7) -> bytes:
    """A trap, or with 0xA6 an inform."""
    binds = [("1.3.6.1.2.1.1.3.0", number(4711, 0x43)), ("1.3.6.1.6.3.1.1.4.1.0", oid(trap))]
    binds += [(name, _value(value)) for name, value in values.items()]
    body = b"".join(tlv(0x30, oid(name) + value) for name, value in binds)
    return tlv(tag, number(request) + number(0) + number(0) + tlv(0x30, body))


def plain(trap: str, values: Mapping[str, int | bytes | str], community: bytes = b"public", tag: int = 0xA7) -> bytes:
    """SNMP v2c."""
    return tlv(0x30, number(1) + tlv(4, community) + pdu(trap, values, 1, tag))


@dataclass(frozen=True)
class Engine:
    """A device that sends with SNMP v3, authPriv by SHA-256 and AES-128."""

    id: bytes = ENGINE
    user: User = USER
    boots: int = 1

    def message(
        self, number_: int, *, time: int = 1000, trap: str = ON_BATTERY, flags: int = 3, tag: int = 0xA7,
        values: Mapping[str, int | bytes | str] = VALUES,
    ) -> bytes:  # fmt: skip
        """Its message with this number, which is in the id, the salt and the request."""
        auth, priv = _keys(self.user, self.id)
        salt = number_.to_bytes(8, "big")
        scoped = tlv(0x30, tlv(4, self.id) + tlv(4, b"") + pdu(trap, values, number_, tag))
        iv = self.boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt
        cipher = Cipher(algorithms.AES(priv), CFB(iv)).encryptor()
        data = tlv(4, cipher.update(scoped) + cipher.finalize()) if flags & 2 else scoped
        head = tlv(0x30, number(number_) + number(65507) + tlv(4, bytes([flags])) + number(3))
        who = tlv(4, self.id) + number(self.boots) + number(time) + tlv(4, self.user.name.encode())

        def signed(digest: bytes) -> bytes:
            security = tlv(4, tlv(0x30, who + tlv(4, digest) + tlv(4, salt)))
            return tlv(0x30, number(3) + head + security + data)

        return signed(hmac.digest(auth, signed(bytes(24)), "sha256")[:24] if flags & 1 else b"")


_LOCALISED: dict[tuple[User, bytes], tuple[bytes, bytes]] = {}


def _keys(user: User, engine: bytes) -> tuple[bytes, bytes]:
    if (user, engine) not in _LOCALISED:
        peer = Users([user]).localised(user, engine)
        _LOCALISED[user, engine] = peer.auth, bytes(peer.priv)
    return _LOCALISED[user, engine]


def many(count: int, engine: Engine | None = None) -> Iterator[bytes]:
    """So many messages, each another."""
    own = engine or Engine()
    yield from (own.message(number_) for number_ in range(1, count + 1))
