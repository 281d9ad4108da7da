"""How a program of ours that cannot go on says so."""

from __future__ import annotations

import sys


def ended(program: str, error: Exception, otherwise: str = "mend it and start again") -> int:
    """Tell on stderr what was wrong and what to do next; the exit code that the error carries, 1 for one of the system.

    `otherwise`: what to do next where the error does not say. Raises an error again that has no code: a fault of ours.
    """
    code = getattr(error, "exit_code", 1 if isinstance(error, OSError) else None)
    if code is None:
        raise error
    sys.stderr.write(f"{program}: {error}\n  next: {getattr(error, 'hint', otherwise)}\n")
    return int(code)
