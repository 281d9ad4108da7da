"""README.txt of a bundle: how to check it with openssh, coreutils and tar alone. The tests run its commands."""

from __future__ import annotations

from pathlib import Path

from audit.bundle.signature import NAMESPACE, Key, envelope

SIZE = len(envelope(Key("", bytes(51)).blob, bytes(64)))
"""Bytes of every signature in its one form."""

TEXT = Path(__file__).with_name("page.txt")


def page() -> bytes:
    return TEXT.read_text(encoding="utf-8").replace("@SIZE@", str(SIZE)).replace("@NAMESPACE@", NAMESPACE).encode()


def commands() -> str:
    """The lines to run, as a script."""
    return page().decode().partition("--- begin\n")[2].partition("--- end\n")[0]
