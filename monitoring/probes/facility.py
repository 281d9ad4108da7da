"""The facility serves when a note just written into an agent is read back from it, through the other building.

One probe is one PUT and one GET at the entry: the serving gateway writes the note into the SNMP agent of a UPS, and
reads it back through the other building's gateway while that one answers, else itself. The program is whole in this
file because it travels (far.py): run as a program it reads one configuration per line and answers each with one line.
Standard library only.
"""

from __future__ import annotations

import http.client
import json
import secrets
import sys
import time
from typing import Any

READ = "/devices/{device}/note?through=peer"
LATER_SECONDS = 60.0
"""How much later another probe's note may be by its own clock: NTP keeps clocks within milliseconds."""


class Failed(Exception):
    """One sentence: why it does not serve."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """Write and read back once.

    `config`: address, port, timeout_seconds. The answer: ok, seconds (both requests), message,
    served_by (host id of the gateway at the entry, None when nobody said).
    """
    begun = time.monotonic()
    token, host = f"{time.time():.6f}-{secrets.token_hex(4)}", None
    try:
        written = ask(config, "PUT", "/note", token)
        host, device = str(written["host"]), str(written["device"])
        ok, message = judge(token, ask(config, "GET", READ.format(device=device), None), device)
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


def judge(token: str, found: dict[str, Any], device: str) -> tuple[bool, str]:
    """Whether what was read is what was written, or what somebody else has written after it."""
    note = str(found["note"])
    way = f"through {found['through']}" if found.get("through") else "locally: the other building does not answer"
    if note == token:
        return True, f"the note in {device} was read back {way}"
    later = _when(note)
    if later is not None and 0 < later - float(token.partition("-")[0]) < LATER_SECONDS:
        return True, f"a later note in {device} was read back {way}"
    return False, f"{device} shows {note!r} instead of the note just written, {way}"


def _when(note: str) -> float | None:
    """Seconds of the epoch at which another probe made its note; None when it is not one."""
    try:
        return float(note.partition("-")[0])
    except ValueError:
        return None


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
