"""What follows from events in order. Nothing here reads a clock, a file or a database."""

from __future__ import annotations

from monitoring.entry.facts.fact import Fact, Memory, Seen, Ticket
from monitoring.entry.facts.watch import Rules, Watch, facts_of, rules_of

__all__ = ["Fact", "Memory", "Rules", "Seen", "Ticket", "Watch", "facts_of", "rules_of"]
