"""The common open platform serves when a note is filed under a number and read back, through the other building.

One probe is one POST and one GET at the entry: the building whose database leads files the note and answers with its
number when the copy in the other building has it; the record is then read through the other building while that one
serves, else from the one that leads. The program is whole in this file because it travels (far.py): run as a program
it reads one configuration per line and answers each with one line. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import secrets
import sys
import time
from typing import Any


class Failed(Exception):
    """One sentence: why it does not serve."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """File a note and read it back.

    `config`: address, port, timeout_seconds. The answer: ok, seconds (both requests), message,
    served_by (host id of the application at the entry, None when nobody said).
    """
    begun = time.monotonic()
    note, host = f"{time.time():.6f}-{secrets.token_hex(4)}", None
    try:
        filed = ask(config, "POST", "/records", note)
        host, number = str(filed["host"]), int(filed["number"])
        ok, message = judge(note, number, ask(config, "GET", f"/records/{number}?through=peer", None))
    except (OSError, http.client.HTTPException) as error:
        ok, message = False, f"no answer: {error or type(error).__name__}"
    except (Failed, ValueError, KeyError, TypeError) as error:
        ok, message = False, str(error)
    return {"ok": ok, "seconds": time.monotonic() - begun, "message": message, "served_by": host}


def ask(config: dict[str, Any], method: str, path: str, body: str | None) -> dict[str, Any]:
    """One request at the entry. Raises Failed for an answer that is none."""
    connection = http.client.HTTPConnection(config["address"], config["port"], timeout=config["timeout_seconds"])
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise Failed(f"HTTP {answer.status} to {method}: {text.strip()[:200]}")
    document: dict[str, Any] = json.loads(text)
    return document


def judge(note: str, number: int, found: dict[str, Any]) -> tuple[bool, str]:
    """Whether the record is the one that was filed, and a sentence."""
    way = f"through {found['through']}" if found.get("through") else "locally: the other building does not serve"
    if found["note"] == note and found["number"] == number:
        return True, f"record {number} was read back {way}"
    return False, f"record {found['number']} holds {found['note']!r} instead of the note just filed as {number}, {way}"


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
