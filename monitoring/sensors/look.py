"""Looks: where else in the walk something about a row stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from monitoring.sensors.text import Value, text_of
from monitoring.sensors.view import View, arcs


@dataclass(frozen=True)
class Look:
    """`3`: that column, same row. `3@0`: with that arc of the index as its index; `@0-1` arcs 0 to 1, `@1-` from 1 on,
    `@-1` the last; `@=0` always this index; `@<name>` the value of another look. `11~High/name`: column 11 of the row
    with the same index but its last arc, whose `name` is this row's with the part behind the last dot replaced."""

    oid: str
    absolute: bool
    selector: str = ""
    sibling: str = ""
    by: str = ""


@cache
def parse(text: str | int) -> Look:
    """A look as written; what is not one was refused when the file was read."""
    text = str(text)
    place, _, selector = text.partition("@")
    place, _, sibling = place.partition("~")
    name, _, by = sibling.partition("/")
    return Look(place, place.startswith("1.3.6."), selector, name, by)


def _chosen(index: str, selector: str) -> str | None:
    parts = index.split(".")
    first, dash, last = selector.partition("-")
    if not first:  # @-1
        return parts[-int(last)] if int(last) <= len(parts) else None
    start = int(first)
    stop = start + 1 if not dash else (int(last) + 1 if last else len(parts))
    return ".".join(parts[start:stop]) if start < len(parts) else None


@dataclass(slots=True)
class Row:
    """One row of a table: what its looks lead to, each looked up once."""

    view: View
    at: str
    index: str
    looks: dict[str, str | int]
    _known: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The value of a look, of the index or of an arc of it; None where there is nothing."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def text(self, name: str) -> str:
        return text_of(self.get(name))

    def place(self, name: str) -> str | None:
        """The OID that a look leads to, whether or not something is there."""
        return self._place(parse(self.looks[name])) if name in self.looks else None

    def _find(self, name: str) -> Value:
        if name == "i":
            return self.index
        if name in self.looks:
            place = self._place(parse(self.looks[name]))
            return None if place is None else self.view.get(place)
        numbers = arcs(self.index)
        position = int(name[1:])
        return numbers[position] if -len(numbers) <= position < len(numbers) else None

    def _place(self, look: Look) -> str | None:
        base = look.oid if look.absolute else f"{self.at}.{look.oid}"
        index: str | None = self.index
        if look.sibling:
            head = self.text(look.by).rpartition(".")[0]
            by = parse(self.looks[look.by])
            names = by.oid if by.absolute else f"{self.at}.{by.oid}"
            index = self.view.named(names, self.index.rpartition(".")[0], f"{head}.{look.sibling}")
        elif look.selector.startswith("="):
            index = look.selector[1:]
        elif look.selector.startswith("<"):
            index = self.text(look.selector[1:-1]).removeprefix(f"{look.oid}.")
        elif look.selector:
            index = _chosen(self.index, look.selector)
        return None if index is None else f"{base}.{index}" if index else base
