"""Back to what was on the devices before a change: again a plan, which is applied like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import journal
from inventory.model import Site
from journal.changes import KIND
from network import render
from network.bundle import Bundle
from network.change import kept
from network.change.plan import Plan, make
from network.secrets import secrets


class NoSuchChange(Exception):
    """There is nothing to go back from."""

    exit_code = 2
    code = "change"
    hint = "`mroom changes` lists them"


def rollback(
    site: Site, state: Path, change: str | None = None, *, log: Callable[[str], None] = lambda _: None
) -> tuple[str, Plan]:
    """The change that is taken back, and the plan for it; every later change of the same devices goes with it.

    Without a name it is the last change that was confirmed on a device and not taken back. Raises `NoSuchChange`,
    `NotKept`.
    """
    entry = _find(state, change)
    own = secrets(site, state)
    wanted: dict[str, Bundle] = {}
    for device in entry["confirmed"]:
        if device in site.devices:
            wanted[device] = kept.read(state, entry["before"][device], render.bundle(site, device, own))
    return str(entry["id"]), make(site, state, wanted=wanted, log=log)


def _find(state: Path, change: str | None) -> dict[str, Any]:
    with journal.open(state) as opened:
        bodies: list[dict[str, Any]] = [
            entry.body for entry in opened.entries(kind=KIND) if entry.body.get("confirmed")
        ]
    undone = _taken_back(bodies)
    for body in reversed(bodies):
        if body["id"] == change or (change is None and body["id"] not in undone and not body.get("takes_back")):
            return dict(body)
    what = f"no change {change!r} was confirmed on a device" if change else "no change was confirmed on a device yet"
    raise NoSuchChange(what)


def _taken_back(bodies: list[dict[str, Any]]) -> set[str]:
    """Ids of the changes, oldest first, of which something is on a device no more: what a rollback named, and what was
    changed on the same devices after that. To take one of these back again would bring the earlier one back."""
    gone: set[str] = set()
    places: dict[str | None, int] = {}
    for place, body in enumerate(bodies):
        first = places.get(body.get("takes_back"), place)
        gone.update(one["id"] for one in bodies[first:place] if set(one["confirmed"]) & set(body["confirmed"]))
        places[body["id"]] = place
    return gone
