"""Doors under access control."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules.rule import Finding, rule
from inventory.rules.view import View


@rule("door-called")
def called(view: View) -> Iterator[Finding]:
    """A controller's records call each of its doors by a name of its own."""
    known: dict[tuple[str, str], str] = {}
    for door in view.site.doors.values():
        # the id is always understood, so another door must not be called like it
        for name in dict.fromkeys((door.id, door.called or door.id)):
            first = known.setdefault((door.controller, name), door.id)
            if first != door.id:
                yield Finding(
                    "doors",
                    door.id,
                    ("called",) if door.called == name else (),
                    f"is called {name!r} by {door.controller}, and so is {first}",
                    "a name for each door of a controller",
                    repr(name),
                    "correct `called` of one of the two: a record would count for the wrong door",
                )
