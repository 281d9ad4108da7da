"""Which key signs a bundle."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from mroom.exits import Exit
from mroom.failure import Failure
from mroom.output import log

DEFAULT = "file:$MROOM_STATE/keys/audit"


def key_reference(given: str | None, state: Path) -> str:
    """The reference of the signing key; the state's own key is made when it is wanted and not there.

    A key of the machine that keeps the ledger shows edits by others, not by whoever is root there: for more, keep the
    key elsewhere and give its reference.
    """
    reference = given or DEFAULT
    path = state / "keys" / "audit"
    if reference == DEFAULT and not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mroom audit", "-f", str(path)]
        try:
            subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            hint = "install openssh-client"
            raise Failure(Exit.failed, "signature", "there is no ssh-keygen here", hint) from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()
            raise Failure(Exit.failed, "signature", f"no key can be made: {said}", f"look at {path.parent}") from None
        log(f"made the signing key {os.fspath(path)}; keep its .pub elsewhere, so that another key shows")
    return reference
