"""What a drill stands on: the site, the way to its nodes, and who can break and mend."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bcp.actuators.protocol import Faults
from bcp.record import Finding
from bcp.recover import Recovered, left, recover
from bcp.run import Ground
from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from journal import Journal, lease
from monitoring.probes.far import Reach
from mroom.exits import Exit
from mroom.failure import Failure
from mroom.output import log
from mroom.place import enter
from mroom.settings import settings, site_folder


def site_of(name: str | None) -> Site:
    """The site in force."""
    import inventory

    return inventory.load(site_folder(name))


def faults(site: Site, state: Path) -> Faults:
    """Who breaks and mends. Raises Failure when no twin is up."""
    from twin.failure import TwinFailure
    from twin.room import Twin

    try:
        return Twin.open(site, state)
    except TwinFailure as error:
        message = f"{error}: drills run in the twin; breaking the live room is not possible yet"
        raise Failure(Exit.unreachable, error.code, message, error.hint) from None


def reach(site: Site, state: Path) -> Reach:
    """How a command is run on a node: over SSH, from where the suite stands."""
    how = login(site, state)
    return lambda node, command: how.command(management_address(site, node), command)


def guard_command(site: str | None, run: str, epoch: int) -> list[str]:
    """The guard of a run, as a process of its own."""
    chosen = ["--site", site] if site else []
    return [sys.executable, "-m", "mroom.guard", *chosen, "--run", run, "--epoch", str(epoch)]


def recover_all(name: str | None, opened: Journal) -> list[Recovered]:
    """Finish every run that left something. Raises LeaseHeld while a drill or a change runs, Failure without a twin."""
    if not left(opened):
        return []
    site, state = site_of(name), settings(name).state
    why = Finding("runner-died", "the runner and its guard died; `mroom drill recover` put the room back")
    with lease.hold(state, site.site.name, "drill", "drill recover"):
        breaking = faults(site, state)
        return [recover(opened, breaking, run, site.site.timezone, why) for run in left(opened)]


def ground(name: str | None, opened: Journal) -> Ground:
    """Everything a run needs; enters the NOC node of the twin. Raises Failure when no twin is up."""
    site, state = site_of(name), settings(name).state
    breaking = faults(site, state)
    enter(site, state)
    os.environ["MROOM_STATE"] = str(state)  # the guard must find the same state wherever it stands
    return Ground(
        site=site.site.name,
        timezone=site.site.timezone,
        state=state,
        journal=opened,
        faults=breaking,
        reach=reach(site, state),
        guard=lambda run, epoch: guard_command(name, run, epoch),
        say=log,
    )
