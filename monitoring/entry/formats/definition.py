"""What a format file may say. docs/entry.md tells it with examples."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from inventory.model.base import Id, Model, Words
from monitoring.entry.event import Direction, Result


class Means(Model):
    result: Result
    direction: Direction | None = None
    """Where the word tells it; else the field `direction` does."""


def _means(value: Any) -> Any:
    return {"result": value} if isinstance(value, str) else value


def _several(value: Any) -> Any:
    # strict validation of what a validator returns wants the very type
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Fields(Model):
    """Our name of a field → the maker's."""

    door: Words
    event: Words
    time: Annotated[tuple[Words, ...], BeforeValidator(_several)] = ()
    """Columns of a CSV, put together with a blank; syslog has a time of its own."""
    controller: Words | None = None
    """Of a CSV; syslog has a host."""
    direction: Words | None = None
    card: Words | None = None
    name: Words | None = None
    sequence: Words | None = None


class Format(Model):
    """One format."""

    id: Id
    title: Words
    source: Words
    """Where it was learned."""
    shape: Literal["structured", "pairs", "csv"]
    """RFC 5424's structured data, name=value in the text of a message, or columns."""
    match: Annotated[tuple[Words, ...], BeforeValidator(_several)] = Field(min_length=1)
    """The SD-IDs, the names of applications (RFC 3164's tag), or the columns that must be there."""
    fields: Fields
    events: dict[str, Annotated[Means, BeforeValidator(_means)]] = Field(min_length=1)
    """The maker's word for what happened → what it means."""
    directions: dict[str, Direction] = {}
    encoding: Literal["utf-8", "cp932"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    time: Words | None = None
    """Of a CSV: `rfc3339`, or a pattern of strptime, to the second."""
