"""Who may accept jobs: whatever is lost, late, repeated or restarted, one primary in an epoch and one at a time."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from mainframe_standin.lease import Lease
from mainframe_standin.position import Position
from mainframe_standin.standing import Member, should_stand
from mainframe_standin.voter import DRIFT, Answer, Ask, Promise, Voter, awake

LEASE = 12.0
VOTERS = ("mf-s", "mf-c", "wit-t")
MEMBERS = VOTERS[:2]


class Place:
    """A host: its clock, its voter, and on a member the candidate. The promise is on disk, all else dies with it."""

    def __init__(self, name: str, speed: float) -> None:
        self.name, self.speed, self.disk, self.start = name, speed, Promise(), 0
        self.on, self.leases = True, []
        self.voter: Voter = awake(self.disk, LEASE, 0.0)
        self.seen = 0

    def now(self, time: float) -> float:
        return time * self.speed

    def hear(self, ask: Ask, time: float) -> Answer:
        self.voter, answer = self.voter.hear(ask, self.now(time))
        self.disk = self.voter.promise
        return answer

    def restart(self, time: float) -> None:
        self.start += 1
        self.on, self.leases, self.seen = True, [], 0
        self.voter = awake(self.disk, LEASE, self.now(time))

    def held(self, time: float) -> list[Lease]:
        return [lease for lease in self.leases if self.on and lease.held(self.now(time))]


class Elections(RuleBasedStateMachine):
    """Messages lie in a bag from which they are taken in any order, any number of times, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        speeds = (1 + DRIFT / 2, 1 - DRIFT / 2, 1.0)
        self.places = {name: Place(name, speed) for name, speed in zip(VOTERS, speeds, strict=True)}
        self.asked: list[tuple[str, Ask, tuple[str, int], float]] = []
        self.answered: list[tuple[str, Answer, tuple[str, int], float]] = []
        self.accepted: dict[int, tuple[str, int]] = {}

    def members_on(self) -> list[str]:
        return [name for name in MEMBERS if self.places[name].on]

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 7.0, LEASE * (1 - DRIFT), LEASE, 2 * LEASE]))
    def time_passes(self, seconds: float) -> None:
        self.time += seconds

    @precondition(members_on)
    @rule(data=st.data(), at_once=st.sets(st.sampled_from(VOTERS)))
    def one_stands(self, data: st.DataObject, at_once: set[str]) -> None:
        place = self.places[data.draw(st.sampled_from(self.members_on()))]
        epoch = max(place.seen, place.voter.promise.epoch) + 1
        self._round(place, Lease(epoch, len(VOTERS), LEASE), at_once)

    @precondition(members_on)
    @rule(data=st.data(), at_once=st.sets(st.sampled_from(VOTERS)))
    def one_renews(self, data: st.DataObject, at_once: set[str]) -> None:
        place = self.places[data.draw(st.sampled_from(self.members_on()))]
        for lease in place.leases[-1:]:
            self._round(place, lease, at_once)

    def _round(self, place: Place, lease: Lease, at_once: set[str]) -> None:
        """Ask all voters; some questions arrive at once with their answers, and may well arrive again."""
        ask, now = Ask(place.name, lease.epoch), place.now(self.time)
        own = place.hear(ask, self.time)
        if not own.granted:
            return
        if lease not in place.leases:
            place.leases.append(lease)
        lease.hear(place.name, own, now)
        for name in VOTERS:
            if name != place.name:
                self.asked.append((name, ask, (place.name, place.start), now))
                if name in at_once and self._arrive(self.asked[-1]):
                    self._answer(self.answered[-1])

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def a_question_arrives(self, data: st.DataObject) -> None:
        self._arrive(data.draw(st.sampled_from(self.asked)))

    def _arrive(self, question: tuple[str, Ask, tuple[str, int], float]) -> bool:
        voter, ask, sender, at = question
        if self.places[voter].on:
            self.answered.append((voter, self.places[voter].hear(ask, self.time), sender, at))
        return self.places[voter].on

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def an_answer_arrives(self, data: st.DataObject) -> None:
        self._answer(data.draw(st.sampled_from(self.answered)))

    def _answer(self, answered: tuple[str, Answer, tuple[str, int], float]) -> None:
        voter, answer, (name, start), at = answered
        place = self.places[name]
        # Connections end with their process: what was meant for one that has died reaches nobody.
        if place.on and place.start == start:
            place.seen = max(place.seen, answer.epoch)
            for lease in place.leases:
                lease.hear(voter, answer, at)

    @rule(name=st.sampled_from(VOTERS), comes_back=st.booleans())
    def one_loses_power(self, name: str, comes_back: bool) -> None:
        if comes_back:
            self.places[name].restart(self.time)
        self.places[name].on = comes_back

    @invariant()
    def an_epoch_has_one_primary_and_a_moment_has_one_too(self) -> None:
        holders = []
        for place in self.places.values():
            for lease in place.held(self.time):
                process = (place.name, place.start)
                assert self.accepted.setdefault(lease.epoch, process) == process, f"two primaries of {lease.epoch}"
                holders.append(process)
        assert len(set(holders)) <= 1, f"two primaries at a time: {holders}"


TestElections = Elections.TestCase
TestElections.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)


def test_the_other_building_takes_over_when_the_lease_has_run_out_and_not_before():
    places = {name: Place(name, 1.0) for name in VOTERS}

    def stand(name: str, epoch: int, voters: tuple[str, ...], time: float) -> Lease:
        lease = Lease(epoch, len(VOTERS), LEASE)
        for voter in voters:
            lease.hear(voter, places[voter].hear(Ask(name, epoch), time), time)
        return lease

    first = stand("mf-s", 1, VOTERS, 0.0)
    assert first.held(LEASE * (1 - 3 * DRIFT))
    early = stand("mf-c", 2, ("mf-c", "wit-t"), 5.0)
    assert not early.held(5.0)
    assert not first.held(LEASE)
    second = stand("mf-c", 2, ("mf-c", "wit-t"), LEASE)
    assert second.held(LEASE)
    late = stand("mf-s", 1, ("mf-s", "mf-c", "wit-t"), LEASE + 1)
    assert not late.held(LEASE + 1), "an old primary that comes back gets nothing in its old epoch"
    assert not stand("mf-s", 3, ("mf-s", "wit-t"), LEASE + 1).held(LEASE + 1)


def test_a_voter_that_starts_anew_keeps_what_it_promised_for_a_whole_lease():
    voter = awake(Promise(3, "mf-s"), LEASE, 100.0)
    assert not voter.judge(Ask("mf-c", 4), 100.0 + 0.99 * LEASE)
    assert voter.judge(Ask("mf-c", 4), 100.0 + LEASE)
    assert voter.judge(Ask("mf-s", 4), 100.0), "its holder need not wait for itself"
    assert not voter.judge(Ask("mf-c", 3), 100.0 + 9 * LEASE), "an epoch is given once, for ever"
    assert awake(Promise(), LEASE, 100.0).judge(Ask("mf-c", 1), 100.0), "the first one need not wait for anybody"


def test_a_lease_lasts_while_a_majority_stands_behind_it():
    lease = Lease(7, len(VOTERS), LEASE)
    lease.hear("mf-s", Answer(granted=True, epoch=7), 0.0)
    assert not lease.held(0.0)
    lease.hear("mf-c", Answer(granted=False, epoch=7), 0.0)
    lease.hear("mf-c", Answer(granted=True, epoch=8), 0.0)
    assert not lease.held(0.0)
    lease.hear("wit-t", Answer(granted=True, epoch=7), 2.0)
    first = lease.until
    for at in (5.0, 9.0):
        lease.hear("mf-s", Answer(granted=True, epoch=7), at)
    assert lease.until < 2.0 + LEASE, "its own voter alone does not carry it on"
    lease.hear("wit-t", Answer(granted=True, epoch=7), 1.0)
    assert lease.until > first, "an answer that comes late shortens nothing"


def test_a_lease_ends_before_the_voter_s_on_clocks_that_go_apart():
    lease = Lease(7, len(VOTERS), LEASE)
    for voter in ("mf-s", "wit-t"):
        lease.hear(voter, Answer(granted=True, epoch=7), 0.0)
    slow, fast = 1 - DRIFT / 2, 1 + DRIFT / 2
    assert lease.until / slow < LEASE / fast


def test_a_question_without_consequences_has_none():
    voter = awake(Promise(3, "mf-s"), LEASE, 0.0)
    after, answer = voter.hear(Ask("mf-c", 4, dry=True), LEASE)
    assert (after, answer.granted) == (voter, True)


EMPTY, SOME, LATER = Position(0, 0), Position(1, 90), Position(2, 80)


@pytest.mark.parametrize(
    ("own", "other", "silent", "stands"),
    [
        pytest.param(Member(EMPTY, 1), Member(EMPTY, 2), 0, True, id="among equals the first choice"),
        pytest.param(Member(EMPTY, 2), Member(EMPTY, 1), 99, False, id="the second choice leaves it to the first"),
        pytest.param(Member(SOME, 2), Member(EMPTY, 1), 0, True, id="who has more jobs comes before the first choice"),
        pytest.param(Member(SOME, 1), Member(LATER, 2), 0, False, id="a later epoch counts more than many jobs"),
        pytest.param(Member(LATER, 1), Member(EMPTY, 2, holds=True), 0, False, id="nobody stands against a primary"),
        pytest.param(Member(SOME, 1), None, 5, False, id="who is alone waits for the other at first"),
        pytest.param(Member(EMPTY, 2), None, 10, True, id="who is alone for long stands"),
    ],
)
def test_who_stands(own: Member, other: Member | None, silent: float, stands: bool):
    assert should_stand(own, other, silent, 10) is stands
