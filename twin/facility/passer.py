"""Between snmpd and a table: speaks snmpd's pass_persist (snmpd.conf(5)) for one device.

    python3 passer.py TABLE.json

The table is read again when it has changed. What may be written (a note in the UPS, as UPS-MIB has it) is kept beside
it. Standard library only, and nothing of ours: one runs per device.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_left, bisect_right
from pathlib import Path

Oid = tuple[int, ...]
NOTE = (1, 3, 6, 1, 2, 1, 33, 1, 1, 6, 0)
"""upsIdentAttachedDevices (RFC 1628): read-write, and nothing depends on it."""


class Table:
    """Rows of a file, sorted by OID."""

    def __init__(self, path: str) -> None:
        self.path, self.stamp = Path(path), (0, 0)
        self.note = self.path.with_suffix(".note")
        self.oids: list[Oid] = []
        self.rows: list[tuple[str, str, str]] = []

    def fresh(self) -> Table:
        """Read again what was replaced; while there is no file there is nothing."""
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self.stamp:
                self.rows = [tuple(row) for row in json.loads(self.path.read_text(encoding="utf-8"))]
                self.oids, self.stamp = [number(row[0]) for row in self.rows], stamp
        except OSError:
            self.rows, self.oids = [], []
        return self

    def get(self, oid: Oid) -> tuple[str, str, str] | None:
        at = bisect_left(self.oids, oid)
        return self._row(at) if at < len(self.oids) and self.oids[at] == oid else None

    def after(self, oid: Oid) -> tuple[str, str, str] | None:
        at = bisect_right(self.oids, oid)
        return self._row(at) if at < len(self.oids) else None

    def put(self, oid: Oid, text: str) -> str:
        """Write the note; pass_persist's word for how it went."""
        if oid != NOTE or NOTE not in self.fresh().oids:
            return "not-writable"
        kind, _, value = text.partition(" ")
        if kind != "string":
            return "wrong-type"
        fresh = self.note.with_suffix(".new")
        fresh.write_text(value.strip().strip('"'), encoding="utf-8")
        fresh.replace(self.note)
        return "DONE"

    def _row(self, at: int) -> tuple[str, str, str]:
        oid, kind, value = self.rows[at]
        if self.oids[at] == NOTE and self.note.exists():
            value = self.note.read_text(encoding="utf-8")
        return oid, kind, value


def number(text: str) -> Oid:
    return tuple(int(part) for part in text.strip(".").split(".") if part)


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> None:
    table = Table(sys.argv[1])
    for line in sys.stdin:
        word = line.strip()
        if word == "PING":
            say("PONG")
        elif word in ("get", "getnext"):
            oid = number(sys.stdin.readline().strip())
            found = (table.fresh().get if word == "get" else table.fresh().after)(oid)
            say(*(found or ("NONE",)))
        elif word == "set":
            oid = number(sys.stdin.readline().strip())
            say(table.put(oid, sys.stdin.readline().strip()))


if __name__ == "__main__":
    main()
