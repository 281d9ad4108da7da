"""How jobs come into the journal of the primary: many at once, acknowledged when they are on disk."""

from __future__ import annotations

import asyncio
import time

from mainframe_standin.election import Election
from mainframe_standin.journal import Journal
from mainframe_standin.position import Position
from mainframe_standin.record import Record

AT_ONCE = 500


class NotPrimary(Exception):
    """The job was not taken."""


class Uncertain(Exception):
    """The job is in the journal here, but the lease ran out before that could be acknowledged."""


class Intake:
    """Writing blocks the whole process, voter included: a disk that hangs is a host that hangs."""

    def __init__(self, journal: Journal, election: Election) -> None:
        self._journal, self._election = journal, election
        self.grown = asyncio.Event()
        """Set whenever jobs have come in; who waits for them clears it."""
        self._waiting: asyncio.Queue[tuple[str, asyncio.Future[Position]]] = asyncio.Queue()

    async def submit(self, text: str) -> Position:
        """The position of the job once it is on disk. Raises NotPrimary, Uncertain."""
        done: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        await self._waiting.put((text, done))
        return await done

    async def run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            self._write(batch)

    def _write(self, batch: list[tuple[str, asyncio.Future[Position]]]) -> None:
        lease = self._election.lease
        if lease is None:
            for _, done in batch:
                _tell(done, NotPrimary())
            return
        first = self._journal.last.number + 1
        positions = [Position(lease.epoch, first + n) for n in range(len(batch))]
        moment = time.time()
        records = [Record(at, moment, text) for at, (text, _) in zip(positions, batch, strict=True)]
        self._journal.append(records)
        # The lease is looked at again: writing may have taken long, or this process may have stood still.
        kept = self._election.lease is lease
        for position, (_, done) in zip(positions, batch, strict=True):
            _tell(done, position if kept else Uncertain(str(position)))
        self.grown.set()


def _tell(done: asyncio.Future[Position], what: Position | Exception) -> None:
    """A client that went away does not wait any more."""
    if done.done():
        return
    if isinstance(what, Exception):
        done.set_exception(what)
    else:
        done.set_result(what)
