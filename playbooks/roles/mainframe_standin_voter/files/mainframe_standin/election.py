"""A member's way to the lease and its keeping: asks the voters in turn, and decides nothing that they have not."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from mainframe_standin import clock
from mainframe_standin.ballot import Ballot
from mainframe_standin.lease import Lease
from mainframe_standin.peer import Peer, Silent
from mainframe_standin.voter import Answer, Ask


class Election:
    """This host's own voter is asked first: what it has promised is how a later process here knows of this epoch."""

    def __init__(
        self, host: str, ballot: Ballot, peers: list[Peer], lease_seconds: float, answer_seconds: float
    ) -> None:
        self._host, self._ballot, self._peers = host, ballot, peers
        self._lease_seconds, self._answer_seconds = lease_seconds, answer_seconds
        self._lease: Lease | None = None
        self._heard_of = ballot.epoch

    @property
    def lease(self) -> Lease | None:
        """The lease that this process holds now."""
        return self._lease if self._lease and self._lease.held(clock.now()) else None

    @property
    def seen(self) -> int:
        """The latest epoch that any voter is known to have promised."""
        return max(self._heard_of, self._ballot.epoch)

    async def keep(self) -> None:
        """Ask all voters for longer; for a later epoch when one has promised such, so that it takes part again."""
        if self._lease and self.seen > self._lease.epoch and await self.stand():
            return
        if self._lease:
            await self._round(self._lease, dry=False)

    async def stand(self) -> bool:
        """Ask for the lease of an epoch that nobody was ever given; whether it was got.

        First all are asked what they would say: an epoch that is promised without need would only stand in the way of
        who holds the lease.
        """
        fresh = Lease(self.seen + 1, len(self._peers) + 1, self._lease_seconds)
        would = await self._round(fresh, dry=True)
        if 2 * would <= fresh.voters:
            return False
        await self._round(fresh, dry=False)
        if not fresh.held(clock.now()):
            return False
        self._lease = fresh
        return True

    async def _round(self, lease: Lease, *, dry: bool) -> int:
        """Put one question to all voters; how many said yes. One that is silent holds up no other's answer."""
        ask, begun = Ask(self._host, lease.epoch, dry), clock.now()
        own = self._ballot.hear(ask)
        if not own.granted:
            return 0
        self._heed(lease, self._host, own, None if dry else begun)
        others = await asyncio.gather(*(self._ask(lease, peer, ask, None if dry else begun) for peer in self._peers))
        return 1 + sum(others)

    async def _ask(self, lease: Lease, peer: Peer, ask: Ask, begun: float | None) -> bool:
        try:
            said = await peer.ask({"ask": "lease", **asdict(ask)}, self._answer_seconds)
            answer = Answer(bool(said["granted"]), int(said["epoch"]))
        except (Silent, KeyError, TypeError, ValueError):
            return False
        self._heed(lease, peer.host, answer, begun)
        return answer.granted

    def _heed(self, lease: Lease, voter: str, answer: Answer, begun: float | None) -> None:
        self._heard_of = max(self._heard_of, answer.epoch)
        if begun is not None:
            lease.hear(voter, answer, begun)
