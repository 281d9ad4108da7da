"""What every way of breaking and mending can do. Its implementations: the twin, and (later) the live room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Broken(Protocol):
    """One fault that is in force."""

    @property
    def id(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def since(self) -> str:
        """When it began, RFC 3339: the deed itself, not the preparations."""
        ...


class Faults(Protocol):
    """Breaks and mends. Every method returns when the deed is done, and raises when it could not be done."""

    def break_(self, element: str, kind: str | None = None) -> Broken:
        """Break an element and return the fault."""
        ...

    def mend(self, element: str | None = None) -> object:
        """Take back every fault of an element (None: of all). Harmless on what is whole."""
        ...

    def faults(self) -> Sequence[Broken]:
        """The faults in force."""
        ...
