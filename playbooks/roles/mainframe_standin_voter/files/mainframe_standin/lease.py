"""A candidate's lease of one epoch: held while a majority of the voters has given it. Nothing but judgement."""

from __future__ import annotations

from dataclasses import dataclass, field

from mainframe_standin.voter import DRIFT, Answer


@dataclass
class Lease:
    """Times are seconds of the candidate's own clock, which goes on while the host sleeps."""

    epoch: int
    voters: int
    seconds: float
    _until: dict[str, float] = field(default_factory=dict)

    def hear(self, voter: str, answer: Answer, asked_at: float) -> None:
        """Take in the answer to a request that was sent at `asked_at`.

        The lease runs from there: the voter's, which began when it got the request, then always ends later.
        """
        if answer.granted and answer.epoch == self.epoch:
            until = asked_at + self.seconds * (1 - 2 * DRIFT)
            self._until[voter] = max(until, self._until.get(voter, until))

    @property
    def until(self) -> float:
        """When a majority no longer stands behind it; minus infinity when none ever did."""
        majority = self.voters // 2 + 1
        ends = sorted(self._until.values(), reverse=True)
        return ends[majority - 1] if len(ends) >= majority else float("-inf")

    def held(self, now: float) -> bool:
        return now < self.until
