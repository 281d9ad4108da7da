"""One plan over devices and hosts, whichever of them is asked for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mroom.exits import Exit, strongest

if TYPE_CHECKING:
    from inventory.model import Site
    from network.change import Plan
    from playbooks.events import HostResult


class Part(StrEnum):
    """What a plan may be limited to."""

    network = "network"
    servers = "servers"


@dataclass(frozen=True)
class Whole:
    """The plan of the devices (None where they were not asked for) and what Ansible would change on the hosts."""

    inventory_sha256: str
    network: Plan | None
    hosts: tuple[HostResult, ...]
    seconds: float

    @property
    def id(self) -> str:
        said = [self.network.id if self.network else "", *(repr(host) for host in self.hosts)]
        return f"plan-{hashlib.sha256(''.join(said).encode()).hexdigest()[:12]}"

    def changes(self) -> list[dict[str, Any]]:
        """Devices first, then hosts; each only when it differs or could not be asked."""
        found = [change.document() for change in self.network.changes] if self.network else []
        return found + [_host(host) for host in self.hosts if host.state != "same"]

    def document(self) -> dict[str, Any]:
        network = self.network.document() if self.network else {}
        return {
            "id": self.id,
            "inventory_sha256": self.inventory_sha256,
            "changes": self.changes(),
            "same": network.get("same", 0) + sum(host.state == "same" for host in self.hosts),
            "redundancy": network.get("redundancy", []),
            "refused": network.get("refused", []),
            "accepted": network.get("accepted", []),
            "seconds": self.seconds,
        }

    def exit_code(self) -> Exit:
        """4 with changes, 7 when something could not be asked, 1 when a step is refused or a host failed."""
        changes = self.changes()
        codes = [Exit.changes] if changes else []
        if any(change["action"] == "unreachable" for change in changes):
            codes.append(Exit.unreachable)
        refused = self.network is not None and self.network.refused
        if refused or any(host.state == "failed" and not host.unreachable for host in self.hosts):
            codes.append(Exit.failed)
        return strongest(codes)


def make(
    site: Site, folder: Path, state: Path, parts: Sequence[Part], log: Callable[[str], None] = lambda _: None
) -> Whole:
    """Read the room and plan; the caller already stands where the room can be reached."""
    import inventory

    begun = time.monotonic()
    network = None
    if Part.network in parts:
        from network.change import make as plan_network

        network = plan_network(site, state, log=log)
    hosts: tuple[HostResult, ...] = ()
    if Part.servers in parts:
        from inventory.ansible import managed_hosts
        from playbooks.runner import run

        names = [host.id for host in managed_hosts(site)]
        log(f"asking {len(names)} hosts")
        hosts = run(folder, state, names, check=True, on_task=log).results if names else ()
    digest = inventory.digest(site)
    return Whole(digest, network, hosts, round(time.monotonic() - begun, 3))


def _host(host: HostResult) -> dict[str, Any]:
    diff = "\n".join(f"# {change.task}\n{change.diff}" for change in host.changes)
    action = "unreachable" if host.unreachable else "update"
    return {
        "object": host.object,
        "kind": "host",
        "action": action,
        "diff": diff or host.message,
        "diff_kind": "device",
    }
