"""What follows from events in order: one table of short stories, and what holds for all of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal
from journal.changes import record
from monitoring.entry.facts import Memory, Seen, Ticket, Watch, facts_of, rules_of
from monitoring.entry.facts.people import INSIDE
from monitoring.entry.tickets import Tickets
from tests.monitoring.entries import NOW, OTHER, seen, site

RULES = rules_of(site(ticket_rooms=()))
DAY = 86_400


def told(*events: Seen, now=None, rules=RULES, tickets=()):
    """(kind, seconds, whether it is the end) of each fact."""
    found = facts_of(rules, events, tickets, now=None if now is None else (NOW - 20_000 + now) * 1000)
    return [(fact.kind, fact.at // 1000 - NOW + 20_000, fact.ended) for fact in found]


OPENED = {"result": "opened", "direction": "none", "card": ""}
CLOSED = {"result": "closed", "direction": "none", "card": ""}
BUTTON, DENIED = {"result": "button", "direction": "out", "card": ""}, {"result": "denied"}
STORIES = {
    "in and out": ([seen(0), seen(60, direction="out")], []),
    "in twice: out behind somebody": ([seen(0), seen(60)], [("tailgating", 60, False)]),
    "out without in: in behind somebody": ([seen(0, direction="out")], [("tailgating", 0, False)]),
    "two people, each for themselves": ([seen(0), seen(1, card="d"), seen(2, direction="out")], []),
    "two rooms, each for itself": ([seen(0), seen(1, door="door-s-noc-front", room="s-noc")], []),
    "a reader without sides says nothing of inside": ([seen(0, direction="none"), seen(1, direction="none")], []),
    "a late record changes nothing that came after it": (
        [seen(0), seen(60, direction="out"), seen(30, late=True), seen(90)], []),
    "granted, opened, closed": ([seen(0), seen(2, **OPENED), seen(9, **CLOSED)], []),
    "out by the button": ([seen(0, **BUTTON), seen(2, **OPENED), seen(9, **CLOSED)], []),
    "opened without a grant": (
        [seen(0), seen(11, **OPENED), seen(20, **CLOSED)], [("forced", 11, False), ("forced", 20, True)]),
    "a grant at another door opens nothing here": ([seen(0, door=OTHER), seen(2, **OPENED)], [("forced", 2, False)]),
    "the controller says forced, and then that it opened": (
        [seen(0, result="forced", direction="none", card=""), seen(0, **OPENED), seen(3, **CLOSED)],
        [("forced", 0, False), ("forced", 3, True)]),
    "closed too late": (
        [seen(0), seen(1, **OPENED), seen(40, **CLOSED)], [("held-open", 31, False), ("held-open", 40, True)]),
    "the controller says held before we do": (
        [seen(0), seen(1, **OPENED), seen(20, result="held", direction="none", card=""), seen(40, **CLOSED)],
        [("held-open", 20, False), ("held-open", 40, True)]),
    "two denials": ([seen(0, **DENIED), seen(5, **DENIED)], []),
    "three denials in a minute, told once": (
        [seen(n * 10, **DENIED) for n in range(6)], [("denied-burst", 20, False)]),
    "three cards at one door": (
        [seen(n, card=f"c{n}", result="denied") for n in range(3)], [("denied-burst", 2, False)]),
    "one card at three doors": (
        [seen(n, door=f"d{n}", result="denied") for n in range(3)], [("denied-burst", 2, False)]),
    "three denials, slowly": ([seen(n * 40, **DENIED) for n in range(6)], []),
    "a second burst after a pause": (
        [seen(n, **DENIED) for n in (0, 1, 2, 100, 101, 102)], [("denied-burst", at, False) for at in (2, 102)]),
    "at ten in the evening": ([seen(31_000)], [("out-of-hours", 31_000, False)]),
    "leaving at ten in the evening": ([seen(0), seen(31_000, direction="out")], []),
    "a room where people always are": ([seen(31_000, door="door-s-noc-front", room="s-noc")], []),
    "on a Saturday": ([seen(3 * DAY)], [("out-of-hours", 3 * DAY, False)]),
    "a card after ninety days": (
        [seen(0), seen(9, direction="out"), seen(91 * DAY)], [("dormant-card", 91 * DAY, False)]),
    "a card after eighty-nine days": ([seen(0), seen(9, direction="out"), seen(89 * DAY)], []),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_told(story):
    events, facts = STORIES[story]
    assert told(*events) == facts


def test_a_door_that_stands_open_is_told_without_another_event():
    assert told(seen(0), seen(1, **OPENED), now=31) == []
    assert told(seen(0), seen(1, **OPENED), now=32) == [("held-open", 31, False)]


TICKET = Ticket("change 1", (NOW - 20_000) * 1000, (NOW - 19_900) * 1000, frozenset({"s-room"}))


@pytest.mark.parametrize(
    ("at", "room", "explained"),
    [(-1, "s-room", False), (0, "s-room", True), (3700, "s-room", True), (3701, "s-room", False), (5, "c-room", False)],
)
def test_an_entry_needs_a_change_or_a_drill_where_the_site_says_so(at, room, explained):
    rules = rules_of(site())
    facts = [] if explained else [("no-ticket", at, False)]
    assert told(seen(at, room=room), rules=rules, tickets=[TICKET]) == facts
    assert told(seen(at, room="c-power"), rules=rules, tickets=[TICKET]) == []


def test_the_journal_s_changes_and_drills_are_tickets(tmp_path):
    tickets = Tickets(site(), tmp_path)
    assert tickets.read() == ()
    with journal.open(tmp_path) as opened:
        record(opened, "c1", "begun", author="a", objects=["core-s1", "core-s2"])
        opened.append("drill-begun", {"run": "r1", "element": "line-a"})
        record(opened, "c2", "begun", author="a", objects=["web-c"])
        first = {ticket.id: ticket.rooms for ticket in tickets.read()}
        record(opened, "c1", "confirmed", author="a", objects=["core-s1", "core-s2"])
        opened.append("drill", {"run": "r1"})
    assert first == {"change c1": {"s-room"}, "drill r1": None, "change c2": {"c-room"}}
    now = dt.datetime.now(dt.UTC).timestamp() * 1000
    ended = {ticket.id: ticket.end <= now for ticket in tickets.read()}
    assert ended == {"change c1": True, "drill r1": True, "change c2": False}


EVENTS = st.lists(
    st.builds(
        seen,
        st.integers(0, 2000),
        result=st.sampled_from(["granted", "denied", "button", "opened", "closed", "forced", "held", "other"]),
        direction=st.sampled_from(["in", "out", "none"]),
        card=st.sampled_from(["", "c", "d"]),
        door=st.sampled_from(["door-s-room-front", OTHER]),
    ),
    max_size=40,
)


@given(EVENTS, st.integers(0, 40))
def test_a_memory_that_was_written_down_goes_on_as_if_nothing_had_happened(events, cut):
    whole = facts_of(RULES, events)
    memory = Memory()
    watch = Watch(RULES, memory)
    first = [fact for event in events[:cut] for fact in watch.step(event)]
    kept = {(kind, key): list(value) for kind, values in memory.kinds.items() for key, value in values.items()}
    assert memory.changed >= set(kept)
    watch = Watch(RULES, Memory(kept))
    rest = [fact for event in events[cut:] for fact in watch.step(event)]
    assert first + rest == whole


@given(EVENTS)
def test_what_lasts_begins_before_it_ends_and_once(events):
    open_ = set()
    for fact in facts_of(RULES, events):
        if fact.lasts:
            assert ((fact.kind, fact.element) in open_) == fact.ended
            open_ ^= {(fact.kind, fact.element)}


@given(EVENTS)
def test_who_came_last_is_inside_and_who_left_last_is_not(events):
    memory = Memory()
    watch = Watch(RULES, memory)
    for event in events:
        list(watch.step(event))
    for card in ("c", "d"):
        passed = [one.direction for one in events
                  if one.card == card and one.result == "granted" and one.direction != "none"]  # fmt: skip
        known = memory.of(INSIDE).get(f"s-room\t{card}")
        assert bool(known and known[2]) == (passed[-1:] == ["in"])
