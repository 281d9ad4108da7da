"""How the twin fails: a sentence for a person, the exit code of the verb, and what to do next."""

from __future__ import annotations

FAILED = 1
USAGE = 2
UNREACHABLE = 7


class TwinFailure(Exception):
    """What a person should read; `exit_code`, `code` and `hint` end the verb that met it."""

    def __init__(self, message: str, *, hint: str, code: str = "twin", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code, self.code, self.hint = exit_code, code, hint
