"""What can go wrong with the journal, the lease and the freeze flag: each ends a verb with exit 1 and a next step."""

from __future__ import annotations


class JournalError(Exception):
    """The journal cannot be read or written."""

    exit_code = 1
    code = "journal"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class LeaseHeld(JournalError):
    """Somebody else changes or drills this site now."""

    code = "lease-held"


class LeaseLost(JournalError):
    """The lease ran out, or was taken over, while its holder still worked."""

    code = "lease-lost"


class Frozen(JournalError):
    """A person has forbidden changes and drills for now."""

    code = "frozen"


class ReasonMissing(JournalError):
    """Something that is done by a person for a reason came without one: a mistake in the call."""

    exit_code = 2
    code = "usage"
