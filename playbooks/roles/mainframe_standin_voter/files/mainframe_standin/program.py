"""The program: a voter on every host that has a vote, and the job service besides on the members."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from pathlib import Path

from mainframe_standin.ballot import Ballot
from mainframe_standin.config import Config, load
from mainframe_standin.election import Election
from mainframe_standin.member import Service
from mainframe_standin.peer import Peer
from mainframe_standin.serve import CLIENT_LIMIT, for_clients, for_voters, listen


def main(arguments: list[str]) -> None:
    config = load(Path(arguments[1]))
    folder = Path(config.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # The promises on disk are those of one process; a second one would break them.
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    asyncio.run(run(config, folder))


async def run(config: Config, folder: Path) -> None:
    """Until SIGTERM. An error in any part ends the whole: it is started anew from what is on disk."""
    ballot = Ballot(folder / "promise.json", config.lease_seconds)
    service = member(config, folder, ballot) if config.serves else None
    allowed = set(config.voters.values())
    await listen(for_voters(ballot, service, allowed), config.voters[config.host], config.peer_port)
    parts = [asyncio.create_task(until_told())]
    if service:
        await listen(for_clients(service), config.listen, config.port, CLIENT_LIMIT)
        works = (service.intake.run(), service.elect(), service.follow(way(config, config.other)))
        parts += [asyncio.create_task(work) for work in works]
    done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()


def member(config: Config, folder: Path, ballot: Ballot) -> Service:
    peers = [way(config, name) for name in config.voters if name != config.host]
    election = Election(config.host, ballot, peers, config.lease_seconds, config.renew_seconds)
    return Service(config, folder, election, way(config, config.other))


def way(config: Config, host: str) -> Peer:
    return Peer(host, config.voters[host], config.peer_port, config.voters[config.host])


async def until_told() -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
