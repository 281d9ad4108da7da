"""What happened, kept so that a later edit shows; and who may change or drill the site now."""

from __future__ import annotations

from journal.chain import Entry, Problem
from journal.errors import Frozen, JournalError, LeaseHeld, LeaseLost
from journal.store import Journal
from journal.store import open_journal as open

__all__ = ["Entry", "Frozen", "Journal", "JournalError", "LeaseHeld", "LeaseLost", "Problem", "open"]
