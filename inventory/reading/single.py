"""Files that hold one object each, named after the file: drills, devices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from inventory.problem import Problem
from inventory.reading.compose import compose
from inventory.reading.declare import Declared
from inventory.reading.files import Source
from inventory.reading.nodes import Mapping, Scalar
from inventory.reading.typed import Typed, validate


@dataclass(frozen=True)
class Single:
    """What one file holds; `declared` tells where each field stands, None when the file is no mapping."""

    typed: Typed
    declared: Declared | None
    problems: list[Problem]


def read_single(source: Source, model: type[BaseModel], what: str, fields: str) -> Single:
    """One file against its class, its name as the id. `what` names the object, `fields` those that it begins with."""
    document = compose(source)
    problems = list(document.problems)
    if not isinstance(document.root, Mapping):
        if not problems:
            hint = f"begin with a copy of another {what}"
            message = "the file is not a mapping"
            problems.append(Problem(source.file, 1, 1, "wrong-type", message, fields, "something else", hint))
        return Single(Typed(), None, problems)
    stem = Path(source.file).stem
    declared = Declared(source.file, Scalar(1, 1, stem, plain=True), document.root)
    typed = validate(model, what.partition(" ")[0], declared, stem)
    return Single(typed, declared, [*problems, *typed.problems])
