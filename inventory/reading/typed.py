"""Declarations → model objects. What is wrong is reported; what is left is still tried, so that rules can judge it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from inventory.problem import Problem
from inventory.reading import explain
from inventory.reading.declare import Declared
from inventory.reading.faults import fault, problem_of
from inventory.reading.nodes import Path, Scalar, holed, plain, scalars
from inventory.reading.scalars import is_date
from inventory.words import close


@dataclass
class Typed:
    """What became of one declaration."""

    value: Any = None
    """The model object; None when too much of it is wrong."""
    problems: list[Problem] = field(default_factory=list)
    doubtful: frozenset[str] = frozenset()
    """Fields that were left out because they are wrong: no rule may complain about these again."""


def validate(model: type[BaseModel], where: str, declared: Declared, id_: str | None = None) -> Typed:
    """One declaration against its class; when fields are wrong, what is left is tried without them."""
    found = Typed()
    leaves = scalars(declared.node)
    endless = [path for path, leaf in leaves if _is_infinite(leaf)]
    found.problems += [_infinite(where, declared, path) for path in endless]
    wrong = {name for name, (_, value) in declared.node.entries.items() if holed(value)}
    wrong |= {str(path[0]) for path in endless}
    if declared.node.broken or declared.node.open:
        # where an entry was lost or the file broke off, absence proves nothing
        wrong |= {name for name in explain.known_fields(model, ()) if name not in declared.node.entries}
    data = {name: plain(value) for name, (_, value) in declared.node.entries.items() if name not in wrong}
    if id_ is not None:
        found.problems += [_second_id(where, declared)] if "id" in data else []
        data["id"] = id_
    found.value, errors = _attempt(model, data)
    spoiled = frozenset(wrong)
    if errors:
        found.problems += [
            problem_of(model, where, declared, error)
            for error in errors
            if not (error["type"] == "missing" and error["loc"][0] in spoiled)
        ]
        wrong |= _blamed(model, errors)
        if "id" not in wrong:
            found.value, _ = _attempt(model, {name: value for name, value in data.items() if name not in wrong})
    else:
        found.problems += _dates_as_text(where, declared, leaves, found.value)
    found.doubtful = frozenset(wrong)
    return found


def _second_id(where: str, declared: Declared) -> Problem:
    message, wanted = "is not a field: the key is the id", f"the id once: {declared.key.text}"
    return fault(where, declared, ("id", "[key]"), "unknown-field", message, wanted, "delete `id`", "'id'")


def _attempt(model: type[BaseModel], data: dict[str, Any]) -> tuple[Any, list[Any]]:
    # by JSON, because strictness then still takes ISO dates, addresses and lists, but no "3" for 3 and no 1 for true
    try:
        return model.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        return None, _one_a_place(error.errors(include_url=False, include_context=False))


def _one_a_place(errors: list[Any]) -> list[Any]:
    """A union of types gives one error for each of its members, with the member as one part more: one is enough."""
    kept: dict[Path, Any] = {}
    for error in errors:
        loc = tuple(error["loc"])
        union = len(loc) > 1 and loc[-1] in {"str", "int", "float", "bool"}
        kept.setdefault(loc[:-1] if union else loc, error)
    return list(kept.values())


def _blamed(model: type[BaseModel], errors: list[Any]) -> set[str]:
    """The fields that the errors are about; for a key that nobody knows also the one that was probably meant."""
    blamed = {str(error["loc"][0]) for error in errors}
    unknown = [
        str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden" and len(error["loc"]) == 1
    ]
    for name in unknown:
        blamed.update(close(name, explain.known_fields(model, ())))
    return blamed


def _is_infinite(leaf: Scalar) -> bool:
    # most scalars are words: only these can be a float without end
    if not leaf.plain or not any(letter in leaf.text for letter in "eE."):
        return False
    value = plain(leaf)
    return isinstance(value, float) and not math.isfinite(value)


def _infinite(where: str, declared: Declared, path: Path) -> Problem:
    message = "is no number that can be compared"
    return fault(where, declared, path, "wrong-value", message, "a finite number", "write a decimal number")


def _dates_as_text(where: str, declared: Declared, leaves: list[tuple[Path, Scalar]], value: Any) -> list[Problem]:
    """Unquoted dates where text is wanted: a YAML 1.1 reader makes them dates."""
    return [
        fault(
            where,
            declared,
            path,
            "yaml-trap",
            "is an unquoted date where text is wanted, which is read in two ways",
            "a word that every YAML reader takes alike",
            f'write "{leaf.text}" in quotes for the text',
            f"{leaf.text}: YAML 1.1 readers make it a date",
        )
        for path, leaf in leaves
        if leaf.plain and is_date(leaf.text) and isinstance(_value_at(value, path), str)
    ]


def _value_at(value: Any, path: Path) -> Any:
    for part in path:
        if isinstance(part, int):
            value = value[part]
        else:
            value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    return value
