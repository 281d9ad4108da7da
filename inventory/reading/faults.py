"""What pydantic says about a declaration, as a problem with a line and a column."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from inventory.problem import Problem
from inventory.reading import explain
from inventory.reading.declare import Declared
from inventory.reading.nodes import Path, describe, plain, reach


def fault(
    where: str, declared: Declared, path: Path, code: str, message: str, expected: str, hint: str, found: str = ""
) -> Problem:
    """A problem at `path` of a declaration; without `found`, what stands there is named."""
    line, column = declared.at(path)
    named = where + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path if part != "[key]")
    shown = found or describe(reach(declared.node, path)[1])
    if where == "site" and path[:1] == ("access",):
        # it may be a secret that somebody put there
        shown, hint = "a value that is not repeated here", "write env:NAME, file:PATH or vault:KEY"
    return Problem(declared.file, line, column, code, f"{named} {message}", expected, shown, hint)


def problem_of(model: type[BaseModel], where: str, declared: Declared, error: Any) -> Problem:
    """One error of pydantic's list."""
    loc, kind = tuple(error["loc"]), error["type"]
    if loc == ("id",):
        return _bad_id(where, declared)
    if kind == "missing":
        wanted, hint = explain.expected(model, loc), explain.next_step(model, loc, kind, None)
        return fault(where, declared, loc, "missing-field", "is missing", wanted, hint, "nothing")
    if kind == "extra_forbidden":
        wanted = f"fields: {', '.join(explain.known_fields(model, loc[:-1]))}"
        hint = explain.next_step(model, loc, kind, None)
        return fault(
            where, declared, (*loc, "[key]"), "unknown-field", "is not a field", wanted, hint, repr(str(loc[-1]))
        )
    if loc[-1] == "[key]":
        message, wanted = "is no id", "an id (lower-case letters, digits, single hyphens)"
        return fault(where, declared, loc, "wrong-value", message, wanted, "correct the key", repr(str(loc[-2])))
    return _bad_value(model, where, declared, error)


def _bad_id(where: str, declared: Declared) -> Problem:
    wanted = "lower-case letters, digits and single hyphens, beginning with a letter, at most 40"
    hint = "rename it where it is declared and used"
    return fault(where, declared, (), "bad-id", "has an id that cannot be used", wanted, hint, repr(declared.key.text))


def _bad_value(model: type[BaseModel], where: str, declared: Declared, error: Any) -> Problem:
    # pydantic's location may go further than the file: the members of a union are its own words
    path, node = reach(declared.node, tuple(error["loc"]))
    kind, value = error["type"], plain(node)
    wanted = explain.expected(model, path)
    said = str(error["msg"]).removeprefix("Value error, ")
    if kind == "value_error" and isinstance(value, str) and said.startswith("expected "):
        # one of our own validators: its words say what the schema cannot
        wanted = said.removeprefix("expected ")
    mistyped = kind.endswith("_type") or (kind == "value_error" and not isinstance(value, str))
    code, message = (
        ("wrong-type", "is of the wrong type") if mistyped else ("wrong-value", "has a value that does not fit")
    )
    return fault(where, declared, path, code, message, wanted, explain.next_step(model, path, kind, value))
