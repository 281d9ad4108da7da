"""The one model of the room: YAML in, a typed, frozen `Site` out (docs/architecture.md).

`load`, `check`, `digest` and the exceptions are resolved on first use, so that `import inventory` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inventory.loader import Report, check, digest, load
    from inventory.problem import InventoryInvalid, Problem

__all__ = ["InventoryInvalid", "Problem", "Report", "check", "digest", "load"]


def __getattr__(name: str) -> Any:
    if name in {"InventoryInvalid", "Problem"}:
        from inventory import problem as module
    elif name in {"Report", "check", "digest", "load"}:
        from inventory import loader as module  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)
