"""One of the three voters: to whom it has given the lease, in which epoch, and until when. Nothing but judgement.

Two promises make a second primary impossible. An epoch is given to one candidate alone, for ever: that is on disk
before it is said, so no loss, delay or repetition of messages and no crash brings two primaries into one epoch. And
while a lease runs, nobody else gets any epoch: so two primaries of different epochs are never there at one time either,
as long as clocks run at the same speed within `DRIFT`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

DRIFT = 0.01
"""How much slower or faster one host's clock may run than another's; oscillators are off by 0.0001 at most."""


@dataclass(frozen=True)
class Promise:
    """What a voter must know again after a power cut."""

    epoch: int = 0
    holder: str = ""


@dataclass(frozen=True)
class Ask:
    """A candidate wants the lease of an epoch, or wants it for longer; `dry` only asks what the answer would be."""

    candidate: str
    epoch: int
    dry: bool = False


@dataclass(frozen=True)
class Answer:
    """`epoch` is the latest that the voter knows of."""

    granted: bool
    epoch: int


@dataclass(frozen=True)
class Voter:
    """Times are seconds of the voter's own clock, which goes on while the host sleeps."""

    promise: Promise
    lease_seconds: float
    until: float

    def judge(self, ask: Ask, now: float) -> bool:
        mine = ask.candidate == self.promise.holder
        if ask.epoch == self.promise.epoch:
            return mine
        return ask.epoch > self.promise.epoch and (mine or now >= self.until)

    def hear(self, ask: Ask, now: float) -> tuple[Voter, Answer]:
        """The voter afterwards, and its answer. A promise that has changed must be on disk before the answer goes."""
        granted = self.judge(ask, now)
        if not granted or ask.dry:
            return self, Answer(granted, self.promise.epoch)
        promise = Promise(ask.epoch, ask.candidate)
        return replace(self, promise=promise, until=now + self.lease_seconds), Answer(granted, ask.epoch)


def awake(promise: Promise, lease_seconds: float, now: float) -> Voter:
    """A voter that has just started: a lease given before may still run, so it lets a whole one pass."""
    return Voter(promise, lease_seconds, now + lease_seconds if promise.holder else now)
