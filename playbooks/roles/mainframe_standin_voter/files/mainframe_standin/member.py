"""A host of the job service: primary while it holds the lease, otherwise a follower that copies the other's journal."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

from mainframe_standin import clock, copying
from mainframe_standin.config import Config
from mainframe_standin.election import Election
from mainframe_standin.intake import Intake
from mainframe_standin.journal import Journal
from mainframe_standin.peer import Peer, Silent
from mainframe_standin.position import Position, parse
from mainframe_standin.record import Record, decode
from mainframe_standin.standing import Member, should_stand
from mainframe_standin.unreplicated import Unreplicated

COPY_WAIT_SECONDS = 1.0
"""How long the primary keeps a follower's question open when there is nothing new."""


def log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class Service:
    """All that a member does besides voting."""

    def __init__(self, config: Config, folder: Path, election: Election, other: Peer) -> None:
        self.config, self.election, self.other = config, election, other
        self.journal = Journal(folder / "journal")
        self.unreplicated = Unreplicated(folder / "unreplicated")
        self.intake = Intake(self.journal, election)
        self.copied = Position(0, 0)
        """What the other member has on disk, as far as is known."""
        self._heard = clock.now()
        self._other_holds = False
        if self.journal.cut_off:
            log(f"the last batch was torn: cut {self.journal.cut_off} bytes off that were never acknowledged")

    @property
    def state(self) -> Member:
        preference = self.config.members.index(self.config.host) + 1
        return Member(self.journal.last, preference, self.election.lease is not None)

    @property
    def primary(self) -> str | None:
        """The member that holds the lease, as far as is known here."""
        if self.election.lease:
            return self.config.host
        return self.config.other if self._other_holds else None

    async def elect(self) -> None:
        """Renew the lease, or ask for it when that makes sense; for ever."""
        leading = False
        while True:
            begun = clock.now()
            if self.election.lease:
                await self.election.keep()
            elif await self._should_stand() and await self.election.stand():
                assert self.election.lease
                log(f"primary of epoch {self.election.lease.epoch}, from job {self.journal.last} on")
            if leading and not self.election.lease:
                log("no longer primary: the lease has run out")
            leading = self.election.lease is not None
            await asyncio.sleep(max(0.1, begun + self.config.renew_seconds - clock.now()))

    async def _should_stand(self) -> bool:
        try:
            said = await self.other.ask({"ask": "state"}, self.config.renew_seconds)
            position = parse(str(said["position"])) or Position(0, 0)
            other = Member(position, int(said["preference"]), bool(said["holds"]))
        except (Silent, KeyError, TypeError, ValueError):
            self._other_holds = False
            silent = clock.now() - self._heard
            return should_stand(self.state, None, silent, self.config.patience_seconds)
        self._heard, self._other_holds = clock.now(), other.holds
        return should_stand(self.state, other, 0.0, self.config.patience_seconds)

    async def follow(self, source: Peer) -> None:
        """Copy the primary's journal; for ever. `source` is a connection of its own: its questions stay open."""
        while True:
            copied = False
            if self.election.lease is None:
                try:
                    said = await source.ask({"ask": "copy", "after": str(self.journal.last)}, 5 * COPY_WAIT_SECONDS)
                    copied = self._take(said)
                except (Silent, KeyError, TypeError, ValueError):
                    pass
            if not copied:
                await asyncio.sleep(COPY_WAIT_SECONDS)

    def _take(self, said: dict[str, Any]) -> bool:
        """Do to the own journal what the primary's answer asks for; whether the answer was one."""
        records = [decode(str(line).encode()) for line in said.get("records", ())]
        # A primary of an epoch that has passed has nothing to say any more, and one that is primary takes no copy.
        passed = int(said["epoch"]) < self.election.seen
        if self.election.lease or passed or str(self.journal.last) != said["after"]:
            return False
        if "cut" in said:
            self._cut(int(said["cut"]))
        elif records and all(records):
            self.journal.append([one for one in records if one])
        return True

    def _cut(self, number: int) -> None:
        lost = list(self.journal.after(number, self.journal.last.number))
        self.unreplicated.keep(lost)
        self.journal.cut(number)
        log(f"{len(lost)} jobs from {lost[0].position} to {lost[-1].position} never reached the other building: listed")

    async def copy(self, after: Position) -> dict[str, Any]:
        """What a follower is answered that has all up to `after`."""
        lease = self.election.lease
        if lease is None:
            return {"error": f"{self.config.host} is not the primary"}
        found = copying.answer(self.journal, after)
        if not isinstance(found, copying.Cut):
            self.copied = after
        if found == []:
            self.intake.grown.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.intake.grown.wait(), COPY_WAIT_SECONDS)
            found = copying.answer(self.journal, after)
        if self.election.lease is not lease:
            return {"error": f"{self.config.host} is no longer the primary"}
        common = {"epoch": lease.epoch, "after": str(after)}
        if isinstance(found, copying.Cut):
            return {**common, "cut": found.number}
        return {**common, "records": [one.encode().decode() for one in found]}

    def find(self, position: Position) -> tuple[str, Record | None]:
        """`FOUND` in the journal, kept aside as `UNREPLICATED`, or `MISSING`."""
        record = self.journal.get(position.number)
        if record and record.position == position:
            return "FOUND", record
        record = self.unreplicated.get(position)
        return ("UNREPLICATED", record) if record else ("MISSING", None)
