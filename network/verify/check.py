"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    id: str
    """What was looked at, unique in a run: `core-m1.ospf.line-a`."""
    element: str
    ok: bool | None
    """None when it could not be judged."""
    message: str

    def document(self) -> dict[str, Any]:
        return {"id": self.id, "element": self.element, "ok": self.ok, "message": self.message}
