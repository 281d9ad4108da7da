"""What is wrong with an inventory: where, what was expected, what was found, what to do next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One fault. `line` and `column` count from 1 as editors do; `code` is stable (docs/inventory-errors.md)."""

    file: str
    line: int
    column: int
    code: str
    message: str
    expected: str
    found: str
    hint: str

    def __post_init__(self) -> None:
        # what a file holds must not steer the terminal of the person who reads about it
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and not value.isprintable():
                object.__setattr__(self, field.name, _printable(value))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    def as_dict(self) -> dict[str, str | int]:
        """The shape that `mroom validate --json` promises."""
        return dataclasses.asdict(self)

    def text(self) -> str:
        """The fault as a person reads it, in four lines."""
        return f"{self} [{self.code}]\n  expected: {self.expected}\n  found: {self.found}\n  next: {self.hint}"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


class InventoryInvalid(Exception):
    """The inventory cannot be used; `problems` holds every fault, not only the first."""

    exit_code = 3
    code = "invalid"

    def __init__(self, folder: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        self.hint = f"run `mroom validate --site {folder}`: it lists every problem, what was expected and what to do"
        count = len(self.problems)
        more = f"; and {count - 1} more" if count > 1 else ""
        super().__init__(f"the inventory {folder} is invalid: {self.problems[0]}{more}")
