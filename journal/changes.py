"""The changes: one entry when a change begins and one at each state that follows; the last one tells how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from journal.store import Journal

KIND = "change"


@dataclass(frozen=True)
class Change:
    """A change as it stands now."""

    id: str
    when: str
    """When it began, RFC 3339."""
    author: str
    approver: str | None
    """None where the site asks for no approval."""
    objects: tuple[str, ...]
    """The elements that it touched."""
    state: str
    """begun, confirmed, restored or failed; one that stayed "begun" was interrupted."""

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"objects": list(self.objects)}


def record(
    journal: Journal,
    change: str,
    state: str,
    *,
    author: str,
    approver: str | None = None,
    objects: Sequence[str] = (),
    **more: Any,
) -> None:
    """Record a state of a change; `more` is kept beside it (results, plan, seconds)."""
    body = {"id": change, "state": state, "author": author, "approver": approver, "objects": list(objects), **more}
    journal.append(KIND, body)


def listing(journal: Journal) -> list[Change]:
    """Every change, the oldest first."""
    found: dict[str, Change] = {}
    for entry in journal.entries(kind=KIND):
        body = entry.body
        when = found[body["id"]].when if body["id"] in found else entry.time
        objects = tuple(body["objects"])
        found[body["id"]] = Change(body["id"], when, body["author"], body["approver"], objects, body["state"])
    return list(found.values())
