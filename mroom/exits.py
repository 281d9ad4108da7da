"""Exit codes of every verb (docs/exit-codes.md); stable, since scripts and CI rely on them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    ok = 0
    failed = 1
    """Something failed, or a target was missed."""
    usage = 2
    invalid = 3
    """The inventory is invalid."""
    changes = 4
    """Changes or drift were found."""
    unchecked = 5
    """Nothing was checked, or the verdict is unknown."""
    restored = 6
    """Aborted, and what was touched is as before."""
    unreachable = 7


PRECEDENCE = (Exit.usage, Exit.invalid, Exit.unreachable, Exit.restored, Exit.failed, Exit.unchecked, Exit.changes)


def strongest(codes: list[Exit]) -> Exit:
    """The one exit code where several apply."""
    return next((code for code in PRECEDENCE if code in codes), Exit.ok)
