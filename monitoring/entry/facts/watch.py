"""Which fact is asked of which event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from inventory.model import Hours, Site
from monitoring.entry.facts.allowed import out_of_hours, without_ticket
from monitoring.entry.facts.denied import burst, forget
from monitoring.entry.facts.doors import contact, let_through, overdue
from monitoring.entry.facts.fact import Fact, Memory, Seen, Ticket
from monitoring.entry.facts.people import dormant, passed


@dataclass(frozen=True)
class Rules:
    """The site's limits. Milliseconds where nothing else is said."""

    zone: ZoneInfo
    hours: Hours
    staffed: frozenset[str]
    ticket_rooms: frozenset[str]
    ticket_after: int
    held: int
    forced: int
    denied_count: int
    denied_within: int
    dormant_days: int


def rules_of(site: Site) -> Rules:
    """From the inventory."""
    given = site.site.entry_records
    return Rules(
        zone=ZoneInfo(site.site.timezone),
        hours=given.hours,
        staffed=frozenset(given.staffed),
        ticket_rooms=frozenset(given.ticket_rooms),
        ticket_after=given.ticket_minutes * 60_000,
        held=given.held_open_seconds * 1000,
        forced=given.forced_seconds * 1000,
        denied_count=given.denied_count,
        denied_within=given.denied_seconds * 1000,
        dormant_days=given.dormant_days,
    )


class Watch:
    """Folds events, in their order, into facts; all that it knows of earlier ones is in `memory`."""

    def __init__(self, rules: Rules, memory: Memory, tickets: Sequence[Ticket] = ()) -> None:
        self.rules, self.memory, self.tickets = rules, memory, tickets

    def step(self, seen: Seen) -> Iterator[Fact]:
        """What follows from one event."""
        rules, memory = self.rules, self.memory
        match seen.result:
            case "granted":
                let_through(memory, seen)
                yield from passed(memory, seen)
                yield from dormant(memory, seen, rules.dormant_days)
                if seen.direction != "out":
                    yield from self._entered(seen)
            case "button":
                let_through(memory, seen)
            case "denied":
                yield from burst(memory, seen, rules.denied_count, rules.denied_within)
            case "opened" | "closed" | "forced" | "held":
                yield from contact(memory, seen, rules.forced, rules.held)

    def _entered(self, seen: Seen) -> Iterator[Fact]:
        if seen.room not in self.rules.staffed:
            yield from out_of_hours(self.rules.hours, self.rules.zone, seen)
        if seen.room in self.rules.ticket_rooms:
            yield from without_ticket(self.tickets, self.rules.ticket_after, seen)

    def now(self, now: int) -> Iterator[Fact]:
        """What follows from nothing having happened until now."""
        yield from overdue(self.memory, now, self.rules.held)
        forget(self.memory, now, self.rules.denied_within)


def facts_of(
    rules: Rules, events: Iterable[Seen], tickets: Sequence[Ticket] = (), now: int | None = None
) -> list[Fact]:
    """The facts of a row of events, with the moment until which nothing more happened."""
    watch = Watch(rules, Memory(), tickets)
    found = [fact for seen in events for fact in watch.step(seen)]
    return found + (list(watch.now(now)) if now is not None else [])
