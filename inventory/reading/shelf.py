"""A folder of files that people write, one thing in each; every fault of every file is told with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from inventory.problem import Problem
from inventory.reading.files import Source, read_folder

T = TypeVar("T")


class FilesInvalid(Exception):
    """Files cannot be used; `problems` holds every fault of every file. Each shelf has its own code and hint."""

    exit_code: ClassVar[int] = 3
    code: ClassVar[str]
    hint: ClassVar[str]

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.text() for problem in self.problems))


def read_all(
    folder: Path, read: Callable[[Source], tuple[T | None, list[Problem]]], invalid: type[FilesInvalid]
) -> tuple[T, ...]:
    """What every file of a folder holds, in the order of their names. Raises `invalid`."""
    found: list[T] = []
    problems: list[Problem] = []
    for source in read_folder(folder):
        one, wrong = read(source)
        problems += wrong
        if one:
            found.append(one)
    if problems:
        raise invalid(problems)
    return tuple(found)
