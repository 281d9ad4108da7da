"""What would change, in which steps, and what the room hangs on meanwhile."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import inventory
from inventory.graph import build
from inventory.judge import MAINTENANCE
from inventory.model import Site
from network import render
from network.bundle import Bundle
from network.change import kept
from network.change.compare import Found, compare, managed
from network.change.faults import faults
from network.change.steps import Step, steps
from network.difference import Difference
from network.platforms import platform
from network.secrets import secrets


@dataclass(frozen=True)
class DeviceChange:
    """One device that differs, or that could not be asked."""

    device: str
    action: str
    """create, update, drift (it differs from what was last confirmed on it) or unreachable."""
    diff: str
    diff_kind: str
    difference: Difference | None

    def document(self) -> dict[str, Any]:
        return {
            "object": self.device,
            "kind": "device",
            "action": self.action,
            "diff": self.diff,
            "diff_kind": self.diff_kind,
        }


@dataclass(frozen=True)
class Refused:
    object: str
    reason: str
    hint: str

    def document(self) -> dict[str, str]:
        return {"object": self.object, "reason": self.reason, "hint": self.hint}


@dataclass(frozen=True)
class Excused:
    """A system that a step takes away, by somebody's decision."""

    element: str
    reason: str
    by: str
    until: str
    step: int

    def document(self) -> dict[str, Any]:
        return {"code": MAINTENANCE, **asdict(self)}


@dataclass(frozen=True)
class Plan:
    """A plan holds what was read from the devices. From a file it is made anew, and has to have the same id."""

    id: str
    inventory_sha256: str
    changes: tuple[DeviceChange, ...]
    same: int
    steps: tuple[Step, ...]
    refused: tuple[Refused, ...]
    accepted: tuple[Excused, ...]
    seconds: float

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "inventory_sha256": self.inventory_sha256,
            "changes": [change.document() for change in self.changes],
            "same": self.same,
            "redundancy": [step.document() for step in self.steps],
            "refused": [refused.document() for refused in self.refused],
            "accepted": [excused.document() for excused in self.accepted],
            "seconds": self.seconds,
        }

    @property
    def touched(self) -> dict[str, Difference]:
        """Device -> its difference, of those that can be changed."""
        return {change.device: change.difference for change in self.changes if change.difference}


def make(
    site: Site,
    state: Path,
    *,
    devices: Collection[str] | None = None,
    wanted: Mapping[str, Bundle] | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Read the devices and plan. `devices` limits it; `wanted` replaces what the inventory asks for (a rollback)."""
    begun = time.monotonic()
    if wanted is None:
        own = secrets(site, state)
        names = [device for device in managed(site) if devices is None or device in devices]
        wanted = {device: render.bundle(site, device, own) for device in names}
    log(f"reading {len(wanted)} devices")
    found = compare(site, state, wanted, log)
    last = kept.confirmed(state)
    changes = tuple(change for each in found if (change := _change(site, last, each, wanted[each.device])))
    digest = inventory.digest(site)
    order = _steps(site, state, changes)
    return Plan(
        id=_id(digest, changes),
        inventory_sha256=digest,
        changes=changes,
        same=len(found) - len(changes),
        steps=order,
        refused=_refused(site, order),
        accepted=_excused(site, order),
        seconds=round(time.monotonic() - begun, 3),
    )


def _change(site: Site, last: Mapping[str, str], found: Found, wanted: Bundle) -> DeviceChange | None:
    kind = platform(site.devices[found.device].platform)
    if found.difference is None:
        return DeviceChange(found.device, "unreachable", found.trouble, kind.diff_kind, None)
    if not found.difference.parts:
        return None
    if not found.difference.before:
        action = "create"
    else:
        action = "drift" if last.get(found.device) == kept.digest(wanted) else "update"
    return DeviceChange(found.device, action, found.difference.text, kind.diff_kind, found.difference)


def _steps(site: Site, state: Path, changes: tuple[DeviceChange, ...]) -> tuple[Step, ...]:
    differences = {change.device: change.difference for change in changes if change.difference}
    if not differences:
        return ()
    drained = [
        device
        for device, difference in differences.items()
        if site.devices[device].loopback and platform(site.devices[device].platform).disturbs(difference)
    ]
    silent = [change.device for change in changes if change.difference is None]
    out = dict.fromkeys([*silent, *faults(site, state)])
    return steps(site, build(site), list(differences), drained, tuple(out))


def _refused(site: Site, order: tuple[Step, ...]) -> tuple[Refused, ...]:
    return tuple(
        Refused(
            device,
            f"{system} would not be served while {device} is changed{_with(step.out)}",
            f"add `accepted: [{{code: {MAINTENANCE}, reason: …, by: …, until: …}}]` to the system {system}",
        )
        for step in order
        for system in step.down
        for device in step.devices
        if not any(accepted.code == MAINTENANCE for accepted in site.systems[system].accepted)
    )


def _with(out: tuple[str, ...]) -> str:
    return f", with {', '.join(out)} out already" if out else ""


def _excused(site: Site, order: tuple[Step, ...]) -> tuple[Excused, ...]:
    return tuple(
        Excused(system, accepted.reason, accepted.by, accepted.until.isoformat(), step.number)
        for step in order
        for system in step.down
        for accepted in site.systems[system].accepted
        if accepted.code == MAINTENANCE
    )


def _id(digest: str, changes: tuple[DeviceChange, ...]) -> str:
    """The same plan has the same id: same inventory, same differences."""
    said = json.dumps([digest, [change.document() for change in changes]], ensure_ascii=False)
    return f"plan-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
