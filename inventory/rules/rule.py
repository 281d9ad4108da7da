"""How a rule is written and registered, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inventory.rules.view import View


@dataclass(frozen=True)
class Finding:
    """One breach of a rule. `path` leads from the element to the field that shows it.

    `message` goes on where `collection.id` ends: "has no probe", or ": line and ducts differ".
    """

    collection: str
    id: str
    path: tuple[str | int, ...]
    message: str
    expected: str
    found: str
    hint: str


Check = Callable[[View], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    code: str
    check: Check
    acceptable: bool
    """True when `accepted:` may silence it for one element; a dangling reference, say, may not be."""

    @property
    def line(self) -> int:
        """Where in its file the rule stands."""
        return int(getattr(self.check, "__code__").co_firstlineno)  # noqa: B009 a rule is a plain function

    @property
    def title(self) -> str:
        """The first line of the function's docstring: the published description."""
        return (self.check.__doc__ or "").strip().splitlines()[0]


RULES: dict[str, Rule] = {}


def rule(code: str, *, acceptable: bool = False) -> Callable[[Check], Check]:
    """Register a function as the rule with this code."""

    def register(check: Check) -> Check:
        known = RULES.get(code)
        if known is not None and known.check.__qualname__ != check.__qualname__:
            raise ValueError(f"two rules have the code {code}")
        if not (check.__doc__ or "").strip():
            raise ValueError(f"the rule {code} has no docstring; it is its published description")
        RULES[code] = Rule(code, check, acceptable)
        return check

    return register
