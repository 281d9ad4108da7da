"""The city's own assessment sheet: read, checked against its declared totals, kept as a catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class RowProblem:
    """What is wrong with a row of the sheet (as the sheet counts them, from 1); 0 is the sheet as a whole."""

    row: int
    what: str

    def plain(self) -> dict[str, int | str]:
        return {"row": self.row, "what": self.what}


class SheetBroken(Exception):
    """The sheet cannot be read at all."""

    exit_code, code = 2, "sheet"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
