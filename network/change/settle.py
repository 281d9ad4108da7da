"""What became of changes whose runner ended before it could write it down: asked of the devices, and written down.

Nobody else is at work while the lease is held, so what a device still holds open belongs to a runner that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import journal
from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from journal.changes import KIND, record
from network import render
from network.access import Rejected, Unreachable
from network.change import kept
from network.change.result import Outcome, Result, ended
from network.difference import Difference
from network.order import Order
from network.platforms import platform
from network.secrets import secrets

WHY = "its runner is gone"
WAIT_SECONDS = 60
"""A device takes a change back in 3 to 5 s, in four times that on a busy machine."""


def settle(site: Site, state: Path, author: str, log: Callable[[str], None] = lambda _: None) -> list[Outcome]:
    """End every change of devices that the journal still has as begun; the caller holds the lease.

    What a device has not confirmed is taken back at once. A change with a device that cannot be asked stays as it is,
    for the next time.
    """
    settled = []
    for body in _interrupted(state):
        log(f"{body['id']} was cut off: asking {', '.join(body['before'])} what became of it")
        results = _ask(site, state, body)
        for device, found in results.items():
            log(f"{device}: {found.state if isinstance(found, Result) else found}")
        known = tuple(found for found in results.values() if isinstance(found, Result))
        if len(known) < len(results):
            continue
        settled.append(Outcome(body["id"], known, 0.0))
        with journal.open(state) as opened:
            record(
                opened,
                body["id"],
                settled[-1].state,
                author=body["author"],
                objects=body["objects"],
                before=body["before"],
                confirmed={r.object: body["after"][r.object] for r in known if r.state == "confirmed"},
                results=[result.document() for result in known],
                settled_by=author,
                **({"takes_back": body["takes_back"]} if "takes_back" in body else {}),
            )
    return settled


def _interrupted(state: Path) -> list[dict[str, Any]]:
    """The bodies of changes of devices whose last entry is their beginning, the oldest first."""
    last: dict[str, dict[str, Any]] = {}
    with journal.open(state) as opened:
        for entry in opened.entries(kind=KIND):
            last[entry.body["id"]] = dict(entry.body)
    return [body for body in last.values() if body["state"] == "begun" and "before" in body]


def _ask(site: Site, state: Path, body: Mapping[str, Any]) -> dict[str, Result | str]:
    """Each device's result, or why it could not be asked."""
    devices = list(body["before"])
    with ThreadPoolExecutor(max_workers=max(1, len(devices)), thread_name_prefix="settle") as pool:
        return dict(zip(devices, pool.map(lambda device: _device(site, state, body, device), devices), strict=True))


def _device(site: Site, state: Path, body: Mapping[str, Any], device: str) -> Result | str:
    if device not in site.devices:
        return Result(device, "failed", "it is not in the inventory any more, and was not asked")
    kind = platform(site.devices[device].platform)
    try:
        present = render.bundle(site, device, secrets(site, state))
        before = kept.read(state, body["before"][device], present)
        wanted = kept.read(state, body["after"][device], present)
        order = Order(body["id"], Difference((), before, wanted), confirm_seconds=0)
        with kind.connect(login(site, state), device, management_address(site, device)) as session:
            kind.undo(session, order, WHY)
            return ended(device, kind.ended(session, order, WAIT_SECONDS))
    except (Unreachable, Rejected, kept.NotKept) as error:
        return str(error)
