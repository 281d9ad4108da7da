"""What `mroom check` looks at: devices, hosts, systems. Every row says fine, not fine, or could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitoring.probes.far import Far, FarFailed, Reach
from mroom.exits import Exit, strongest

if TYPE_CHECKING:
    from inventory.model import Host, Site

AT_ONCE = 8
"""SSH logins at the same time: more only queue for the CPU, until the last of them is given up."""
PROCESSES = "processes.py"


class Topic(StrEnum):
    network = "network"
    servers = "servers"
    systems = "systems"


@dataclass(frozen=True)
class Row:
    id: str
    element: str
    ok: bool | None
    message: str


@dataclass(frozen=True)
class Looked:
    rows: tuple[Row, ...]

    def document(self) -> dict[str, Any]:
        return {"checks": [asdict(row) for row in self.rows], "ok": all(row.ok for row in self.rows)}

    def exit_code(self) -> Exit:
        """1 when something is not fine, 5 when something (or everything) could not be checked."""
        if not self.rows:
            return Exit.unchecked
        found = {row.ok for row in self.rows}
        return strongest([code for ok, code in ((False, Exit.failed), (None, Exit.unchecked)) if ok in found])


def check(site: Site, state: Path, reach: Reach, topics: Sequence[Topic]) -> Looked:
    """Look at the topics, in their order; the caller stands where the room can be reached."""
    looks: dict[Topic, Callable[[], list[Row]]] = {
        Topic.network: lambda: network(site, state),
        Topic.servers: lambda: servers(site, reach),
        Topic.systems: lambda: systems(site, state, reach),
    }
    return Looked(tuple(row for topic in topics for row in looks[topic]()))


def systems(site: Site, state: Path, reach: Reach) -> list[Row]:
    """Each system from each place where people use it."""
    from monitoring.systems import check as look

    return [Row(found.id, found.element, found.ok, found.message) for found in look(site, state, reach)]


def servers(site: Site, reach: Reach) -> list[Row]:
    """Each service that a host's roles give it."""
    from inventory.ansible import managed_hosts

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [row for rows in pool.map(lambda host: _host(site, reach, host), managed_hosts(site)) for row in rows]


def _host(site: Site, reach: Reach, host: Host) -> list[Row]:
    from monitoring import probes
    from playbooks.services import expected

    wanted = {service.name: service.begins for service in expected(site, host)}
    program = Path(str(probes.__file__)).with_name(PROCESSES)
    try:
        far = Far(host.id, reach, program, {"processes": wanted})
    except FarFailed as failed:
        return [Row(host.id, host.id, None, str(failed))]
    try:
        found = far.answer()
    except FarFailed as failed:
        return [Row(host.id, host.id, None, str(failed))]
    finally:
        far.close()
    return [Row(f"{host.id}.{name}", host.id, found[name] == "running", f"{name} is {found[name]}") for name in wanted]


def network(site: Site, state: Path) -> list[Row]:
    """What each device of ours does, held to what the inventory wants of it, and what shows only together."""
    from network.verify.site import check

    return [Row(one.id, one.element, one.ok, one.message) for one in check(site, state)]
