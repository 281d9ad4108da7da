"""How a change came out, for each device and as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    object: str
    state: str
    """confirmed, same, restored, skipped or failed (what is on the device is not known)."""
    message: str

    def document(self) -> dict[str, str]:
        return {"object": self.object, "state": self.state, "message": self.message}


@dataclass(frozen=True)
class Outcome:
    change: str
    results: tuple[Result, ...]
    seconds: float

    @property
    def state(self) -> str:
        """confirmed when everything holds, failed when a device's state is not known, else restored."""
        states = {result.state for result in self.results}
        if "failed" in states:
            return "failed"
        return "restored" if states & {"restored", "skipped"} else "confirmed"

    @property
    def exit_code(self) -> int:
        return {"confirmed": 0, "restored": 6, "failed": 1}[self.state]

    def document(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "state": self.state,
            "results": [result.document() for result in self.results],
            "seconds": self.seconds,
        }


def ended(device: str, state: str, why: str = "") -> Result:
    """A device's last words about a change as its result; `why` it was to be taken back."""
    word, _, rest = state.partition(" ")
    if word == "confirmed":
        return Result(device, "confirmed", "")
    if word == "restored" and not rest.startswith("with trouble"):
        return Result(device, "restored", "; ".join(dict.fromkeys(text for text in (why, rest) if text)))
    return Result(device, "failed", f"{state}; {why}" if why else state)
