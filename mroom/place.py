"""Where the suite stands when it talks to the room: on the live network, or in the NOC node of a twin.

No other folder knows of namespaces: after `enter`, SSH, SNMP and HTTP go to the nodes' own addresses in both places.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from inventory.model import Site
from twin import linux
from twin.failure import TwinFailure
from twin.keys import PINS
from twin.room import Twin

Place = Literal["twin", "live"]


def enter(site: Site, where: Path) -> Place:
    """Stand in the NOC node's network namespace when a twin of this state is up; else stay on the live network.

    It moves the calling thread, and what that thread starts afterwards. The second NOC node is taken when the first
    has no power. Raises TwinFailure when a twin is up and this process may not enter it.
    """
    try:
        twin = Twin.open(site, where)
    except TwinFailure:
        if (where / PINS).exists():  # a twin has been here, and whoever asks may think that it still is
            sys.stderr.write(
                f"mroom: no twin is up in {where}: asking the live network; `mroom twin up` boots the twin\n"
            )
        return "live"
    try:
        linux.enter(twin.netns_path(standpoint(twin)), linux.CLONE_NEWNET)
    except PermissionError:
        raise TwinFailure(
            "a twin is up, and only root may enter it", hint="run the command as root", code="no-root"
        ) from None
    return "twin"


def standpoint(twin: Twin) -> str:
    """The first NOC node that has power; without any, the first one (nothing will answer there)."""
    nocs = [node.name for node in twin.topology.nodes if node.kind == "noc"]
    running = twin.known().nodes
    return next((name for name in nocs if name in running and running[name].alive()), nocs[0])
