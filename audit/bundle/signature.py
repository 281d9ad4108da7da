"""The signature over the manifest: OpenSSH's (PROTOCOL.sshsig), by an Ed25519 key, in one form.

Ed25519 alone, because there a signature has one form: what could be written otherwise (the armour, the reserved field,
S + L for S, RFC 8032 section 5.1.7) is refused here and in README.txt, whatever ssh-keygen would take.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from audit.bundle import MANIFEST, SIGNATURE, SIGNERS, Flaw
from inventory.secrets import resolve

NAMESPACE = "mroom-audit"
KIND = b"ssh-ed25519"
BEGIN, FINISH = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
WIDTH = 70
SIGNERS_LINE = re.compile(rf'([A-Za-z0-9@._-]+) namespaces="{NAMESPACE}" ssh-ed25519 ([A-Za-z0-9+/]+=*)\n\Z')
LONGEST_SECONDS = 30


class NotSigned(Exception):
    """The bundle could not be signed."""

    exit_code, code = 2, "signature"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Key:
    """A public key and the name that it signs under."""

    principal: str
    blob: bytes
    """As in PROTOCOL: string "ssh-ed25519", string of 32 bytes."""

    def line(self) -> bytes:
        """The one line of an `allowed_signers` file."""
        return (
            f'{self.principal} namespaces="{NAMESPACE}" ssh-ed25519 {base64.b64encode(self.blob).decode()}\n'.encode()
        )

    def fingerprint(self) -> str:
        import hashlib

        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def envelope(key: bytes, raw: bytes) -> bytes:
    """The blob of a signature: everything but the last 64 bytes follows from the key."""
    parts = [key, NAMESPACE.encode(), b"", b"sha512", _string(KIND) + _string(raw)]
    return b"SSHSIG" + (1).to_bytes(4, "big") + b"".join(map(_string, parts))


def armour(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    return "\n".join([BEGIN, *lines, FINISH, ""]).encode()


def public_key(line: bytes) -> Key | None:
    """The key of an `allowed_signers` file in its one form: one line, one name, this namespace, Ed25519."""
    match = SIGNERS_LINE.match(line.decode("utf-8", errors="replace"))
    if not match:
        return None
    try:
        blob = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return None
    key = Key(match[1], blob)
    right = blob.startswith(_string(KIND) + (32).to_bytes(4, "big")) and len(blob) == len(KIND) + 4 + 36
    return key if right and key.line() == line else None


def check(manifest: bytes, signature: bytes, signers: bytes) -> tuple[Key | None, list[Flaw]]:
    """Who signed the manifest; None, with the reasons, when nobody did whom `signers` allows."""
    key = public_key(signers)
    if key is None:
        return None, [Flaw(SIGNERS, "is not one line for an Ed25519 key in its one form")]
    flaws = _form(signature, key)
    said = _ssh_keygen(manifest, signature, signers, key)
    if said is not None:
        flaws.append(Flaw(SIGNATURE, f"does not fit the manifest and the key of {SIGNERS}: {said}"))
        flaws.append(Flaw(MANIFEST, "is not what was signed, unless the signature was changed"))
    return (None if flaws else key), flaws


def _form(signature: bytes, key: Key) -> list[Flaw]:
    try:
        text = signature.decode("ascii").removeprefix(BEGIN + "\n").removesuffix(FINISH + "\n")
        blob = base64.b64decode(text.replace("\n", ""), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        return [Flaw(SIGNATURE, "is no armoured signature")]
    raw = blob[-64:]
    if armour(blob) != signature:
        return [Flaw(SIGNATURE, "its armour is not in its one form")]
    if blob != envelope(key.blob, raw):
        return [Flaw(SIGNATURE, "was made by another key, for another purpose, or is not in its one form")]
    if raw[-1] >= 16:  # noqa: PLR2004 below 2^252, hence below L; RFC 8032 has one such S for each signature
        return [Flaw(SIGNATURE, "its number S is not in its one form")]
    return []


def _ssh_keygen(manifest: bytes, signature: bytes, signers: bytes, key: Key) -> str | None:
    """None when ssh-keygen accepts the signature, else what it says."""
    with tempfile.TemporaryDirectory() as folder:
        allowed, sig = Path(folder, "allowed"), Path(folder, "sig")
        allowed.write_bytes(signers)
        sig.write_bytes(signature)
        words = ["-Y", "verify", "-f", str(allowed), "-I", key.principal, "-n", NAMESPACE, "-s", str(sig)]
        try:
            done = subprocess.run(
                ["ssh-keygen", *words], input=manifest, capture_output=True, timeout=LONGEST_SECONDS, check=False
            )
        except FileNotFoundError:
            return "it could not be checked, since there is no ssh-keygen here"
    said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    return None if done.returncode == 0 else (said[-1] if said else f"ssh-keygen ended with {done.returncode}")


def usable(reference: str, state: Path) -> None:
    """Raise what `sign` would raise for this key."""
    sign(b"", reference, state, "trial")


def sign(manifest: bytes, reference: str, state: Path, principal: str) -> tuple[bytes, Key]:
    """The signature by the key that a reference names (env:, file:), and its public key. Raises NotSigned.

    The private key stays in memory: ssh-keygen reads it from an anonymous file that only this process has.
    """
    secret = resolve(reference, state) + "\n"
    descriptor = os.memfd_create("key")
    try:
        os.fchmod(descriptor, 0o600)
        os.write(descriptor, secret.encode())
        path = f"/proc/self/fd/{descriptor}"
        shown = _run(["-y", "-P", "", "-f", path], b"", descriptor, reference)
        key = _public(shown, principal, reference)
        made = _run(["-Y", "sign", "-f", path, "-n", NAMESPACE], manifest, descriptor, reference)
    finally:
        os.close(descriptor)
    _, flaws = check(manifest, made, key.line())
    if flaws:
        raise NotSigned(f"ssh-keygen made a signature that does not hold: {flaws[0].what}", "look at its version")
    return made, key


def _run(words: list[str], data: bytes, descriptor: int, reference: str) -> bytes:
    try:
        done = subprocess.run(
            ["ssh-keygen", *words],
            input=data,
            capture_output=True,
            pass_fds=[descriptor],
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise NotSigned("there is no ssh-keygen here", "install openssh-client") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        hint = "give the reference of an Ed25519 key without a passphrase: ssh-keygen -t ed25519 -N '' -f FILE"
        raise NotSigned(f"ssh-keygen cannot sign with {reference}: {said[0]}", hint)
    return done.stdout


def _public(shown: bytes, principal: str, reference: str) -> Key:
    kind, _, rest = shown.decode(errors="replace").strip().partition(" ")
    if kind.encode() != KIND:
        hint = "a bundle is signed by an Ed25519 key: ssh-keygen -t ed25519 -N '' -f FILE"
        raise NotSigned(f"{reference} is a key of the kind {kind}", hint)
    return Key(principal, base64.b64decode(rest.split(" ")[0]))
