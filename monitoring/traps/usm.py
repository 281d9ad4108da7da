"""Who sent a message and whether it is new (RFC 3414), with the keys and ciphers of pysnmp.

pysnmp 7.1.30 itself takes a message of a foreign engine however old it is (its security model stores the message's own
time before it compares), and one without authentication in the name of a user that has it. It also keeps 0.5 kB of each
message. So what comes in is judged here, and pysnmp's engine gets only what must be answered.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel

from monitoring.snmp.credential import User
from monitoring.traps.ber import OCTETS, SEQUENCE, expect, octets
from monitoring.traps.message import AUTH, PRIV, Secured
from monitoring.traps.notification import Notification, Refusal, Refused, notification

WINDOW_SECONDS = 150
"""RFC 3414, 2.2.3."""
MOST_BOOTS = 2**31 - 1
MOST_ENGINES = 10_000
"""Engines that proved a passphrase; each takes about 2 kB."""
_AUTH = (1, 3, 6, 1, 6, 3, 10, 1, 1)
AUTH_IDS: dict[str, tuple[int, ...]] = {
    "MD5": (*_AUTH, 2), "SHA": (*_AUTH, 3), "SHA224": (*_AUTH, 4), "SHA256": (*_AUTH, 5), "SHA384": (*_AUTH, 6),
    "SHA512": (*_AUTH, 7),
}  # fmt: skip
"""SNMP-FRAMEWORK-MIB and RFC 7860's snmpAuthProtocols."""
_PRIV = (1, 3, 6, 1, 6, 3, 10, 1, 2)
_BLUMENTHAL = (1, 3, 6, 1, 4, 1, 9, 12, 6, 1)
PRIV_IDS: dict[str, tuple[int, ...]] = {
    "DES": (*_PRIV, 2), "AES": (*_PRIV, 4), "AES192": (*_BLUMENTHAL, 1), "AES256": (*_BLUMENTHAL, 2),
}  # fmt: skip
HASHES = {"MD5": "md5", "SHA": "sha1", "SHA224": "sha224", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_DIGESTS = {"MD5": 12, "SHA": 12, "SHA224": 16, "SHA256": 24, "SHA384": 32, "SHA512": 48}
"""Bytes of a digest (RFC 3414, 6; RFC 7860, 4.2)."""


@dataclass(slots=True)
class Peer:
    """An engine that proved that it knows the passphrase of a user."""

    auth: bytes
    priv: Any
    boots: int = -1
    time: int = 0
    heard: float = 0.0


class Users:
    """The users whose notifications are taken, and the engines that have sent some."""

    def __init__(self, users: Iterable[User], clock: Callable[[], float] = time.monotonic) -> None:
        self.users = {user.name.encode(): user for user in users}
        self._clock = clock
        self._peers: dict[tuple[bytes, bytes], Peer] = {}
        self._master: dict[bytes, tuple[Any, Any]] = {}
        for name, user in self.users.items():
            auth, priv = _services(user)
            passes = auth.hash_passphrase(user.auth_passphrase.encode())
            self._master[name] = passes, priv.hash_passphrase(AUTH_IDS[user.auth], user.priv_passphrase.encode())

    @property
    def engines(self) -> int:
        return len({engine for _, engine in self._peers})

    def opened(self, message: bytes, sent: Secured, source: str) -> Notification:
        """What a trap says. Raises Refused and Malformed."""
        user, peer = self.judged(message, sent)
        start, stop = expect(message, *sent.data, OCTETS)
        plain = _decrypted(user, peer, sent, message[start:stop])
        at, end = expect(plain, 0, len(plain), SEQUENCE)
        _, at = octets(plain, at, end)
        _, at = octets(plain, at, end)
        return notification(plain, at, end, source, "v3")

    def judged(self, message: bytes, sent: Secured) -> tuple[User, Peer]:
        """Its sender, who is who he says and says it now. Raises Refused."""
        user, peer = self.known(message, sent)
        if not self._timely(peer, sent):
            raise Refused(Refusal.window)
        return user, peer

    def known(self, message: bytes, sent: Secured) -> tuple[User, Peer]:
        """Its sender, who is who he says; he may have said it long ago. Raises Refused."""
        if sent.flags & (AUTH | PRIV) != AUTH | PRIV:
            raise Refused(Refusal.level)
        user = self.users.get(sent.user)
        if user is None:
            raise Refused(Refusal.user)
        met = self._peers.get((sent.user, sent.engine))
        peer = met or self.localised(user, sent.engine)
        if not _signed(message, sent, user, peer.auth):
            raise Refused(Refusal.digest if met else Refusal.engine)
        if met is None:
            if len(self._peers) >= MOST_ENGINES:
                raise Refused(Refusal.engine)
            self._peers[sent.user, sent.engine] = peer
        return user, peer

    def localised(self, user: User, engine: bytes) -> Peer:
        """A user's keys for one engine (RFC 3414, 2.6); nothing of it is kept."""
        auth, priv = _services(user)
        passes, secret = self._master[user.name.encode()]
        id_ = OctetString(engine)
        return Peer(bytes(auth.localize_key(passes, id_)), priv.localize_key(AUTH_IDS[user.auth], secret, id_))

    def _timely(self, peer: Peer, sent: Secured) -> bool:
        """RFC 3414, 3.2.7 b: the engine that sent it is the one whose clock counts."""
        now = self._clock()
        if sent.boots > peer.boots or (sent.boots == peer.boots and sent.time > peer.time):
            peer.boots, peer.time, peer.heard = sent.boots, sent.time, now
        if sent.boots == MOST_BOOTS or sent.boots < peer.boots:
            return False
        return sent.time >= peer.time + (now - peer.heard) - WINDOW_SECONDS


def _services(user: User) -> tuple[Any, Any]:
    model = SnmpUSMSecurityModel
    return model.AUTH_SERVICES[AUTH_IDS[user.auth]], model.PRIV_SERVICES[PRIV_IDS[user.priv]]


def _signed(message: bytes, sent: Secured, user: User, key: bytes) -> bool:
    size = _DIGESTS[user.auth]
    if len(sent.digest) != size:
        return False
    blank = b"".join((message[: sent.digest_at], bytes(size), message[sent.digest_at + size :]))
    return hmac.compare_digest(hmac.digest(key, blank, HASHES[user.auth])[:size], sent.digest)


def _decrypted(user: User, peer: Peer, sent: Secured, data: bytes) -> bytes:
    _, priv = _services(user)
    try:
        return bytes(priv.decrypt_data(peer.priv, (sent.boots, sent.time, OctetString(sent.salt)), OctetString(data)))
    except (StatusInformation, ValueError) as error:
        raise Refused(Refusal.decryption) from error


def same(message: bytes) -> bytes:
    """What two messages share only when they are the same."""
    return hashlib.blake2b(message, digest_size=12).digest()
