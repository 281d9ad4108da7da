"""Questions to the model. A check is a function in one of the files here; a new one touches no list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from audit.verdict import Outcome

if TYPE_CHECKING:
    from audit.ground import Ground
    from inventory.model import Room


@dataclass(frozen=True)
class Answer:
    """What a check found in one room, and what it looked at."""

    outcome: Outcome
    facts: Mapping[str, Any] = field(default_factory=dict)
    """As JSON; part of the evidence."""


Check = Callable[["Ground", "Room", Mapping[str, float]], Answer]
_CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Make a function the check of a name."""

    def keep(function: Check) -> Check:
        assert name not in _CHECKS, f"two checks are called {name}"
        _CHECKS[name] = function
        return function

    return keep


@cache
def checks() -> Mapping[str, Check]:
    """Every check by its name."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}")
    return _CHECKS
