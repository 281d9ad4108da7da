"""Secrets by reference: `env:NAME`, `file:PATH`, `vault:KEY`. A secret is never written, printed or logged here."""

from __future__ import annotations

import os
from pathlib import Path

SCHEMES = ("env", "file", "vault")


class SecretUnavailable(Exception):
    """A reference that leads to no secret. The message names the reference, never what it holds."""

    code = "secret"

    def __init__(self, message: str, hint: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.hint, self.exit_code = hint, exit_code


def is_reference(text: str) -> bool:
    """True for `env:NAME`, `file:PATH` and `vault:KEY`."""
    scheme, colon, rest = text.partition(":")
    return bool(colon) and scheme in SCHEMES and bool(rest.strip())


def path_of(reference: str, state: Path) -> Path:
    """The file that a `file:` reference names, with `$MROOM_STATE` as the state folder. Raises SecretUnavailable."""
    scheme, _, rest = reference.partition(":")
    if scheme != "file" or not rest:
        raise SecretUnavailable("this secret must be a file", "write it as file:PATH in `site.access`")
    # only this one variable: any other would make the inventory depend on who runs it
    expanded = rest.replace("${MROOM_STATE}", str(state)).replace("$MROOM_STATE", str(state))
    if "$" in expanded:
        raise SecretUnavailable(
            f"the reference {reference} names a variable that is not expanded", "use $MROOM_STATE or a full path"
        )
    path = Path(expanded).expanduser()
    return path if path.is_absolute() else state / path


def resolve(reference: str, state: Path) -> str:
    """The secret that a reference names, without its last line break. Raises SecretUnavailable.

    `state` is the folder that `$MROOM_STATE` stands for.
    """
    scheme, _, rest = reference.partition(":")
    if not is_reference(reference):
        # what was given may be the secret itself
        raise SecretUnavailable(
            "a secret was given as a literal value", "give a reference: env:NAME, file:PATH or vault:KEY"
        )
    if scheme == "env":
        value = os.environ.get(rest)
        if not value:
            raise SecretUnavailable(f"the environment variable {rest} is not set", f"export {rest} before the command")
        return value
    if scheme == "vault":
        raise SecretUnavailable(
            f"{reference} cannot be resolved: the vault comes with the server roles",
            "use env: or file: until then",
        )
    return _read(reference, path_of(reference, state))


def _read(reference: str, path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        twins = "MROOM_STATE" in reference
        hint = "boot the twin with `mroom twin up`: it makes its own keys" if twins else "make the file"
        # a room whose keys are not there yet is one that cannot be reached, and no fault of the call
        raise SecretUnavailable(f"{reference} leads to {path}, which does not exist", hint, 7 if twins else 2) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SecretUnavailable(
            f"{reference} ({path}) cannot be read: {reason}", "mend the file or its permissions"
        ) from None
    if not value.strip():
        raise SecretUnavailable(f"{reference} leads to {path}, which is empty", "write the secret into it")
    return value
