"""The host computer's stand-in serves when a job just accepted is found again, where it can in the other building.

One probe sends a job with a token of its own to the entry and looks for it over a new connection, first in the other
member's copy, which gets it a moment later, then in the primary's own journal. The program is whole in this file
because it travels (far.py): run as a program it reads one configuration per line and answers each with one line.
Standard library only.
"""

from __future__ import annotations

import json
import secrets
import socket
import sys
import time
from typing import Any

PAUSE_SECONDS = 0.05
"""Between two looks into the copy."""
COPY_SHARE = 0.5
"""Of the time-out, how long the job may take to be copied; the copy is behind by design, so later is not a failure."""


class Failed(Exception):
    """One sentence: why it does not serve."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """Have a job accepted and find it again, once.

    `config`: address, port, timeout_seconds. The answer: ok, seconds (from connecting until it was found), message,
    served_by (host id of the primary, None when nobody said).
    """
    begun = time.monotonic()
    token, host = f"probe {time.time():.6f} {secrets.token_hex(8)}", None
    try:
        job, host = submit(config, token)
        ok, message = True, find(config, job, token, begun)
    except (OSError, ValueError) as error:
        ok, message = False, f"no answer: {error or type(error).__name__}"
    except Failed as failed:
        ok, message = False, str(failed)
    return {"ok": ok, "seconds": time.monotonic() - begun, "message": message, "served_by": host}


def submit(config: dict[str, Any], text: str) -> tuple[str, str]:
    """The job's id and the host that accepted it. Raises Failed."""
    said = ask(config, f"SUBMIT {text}")
    words = said.split(" ")
    if words[0] != "ACCEPTED" or len(words) != len(("ACCEPTED", "job", "host")):
        raise Failed(f"a job was not accepted: {said}")
    return words[1], words[2]


def find(config: dict[str, Any], job: str, text: str, begun: float) -> str:
    """Where the job was found again. Raises Failed."""
    until = begun + config["timeout_seconds"] * COPY_SHARE
    said = ask(config, f"FIND {job} COPY")
    while said.startswith("MISSING ") and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)
        said = ask(config, f"FIND {job} COPY")
    if said.startswith("FOUND "):
        return f"job {job} was found again in the copy of {_found(said, job, text)}"
    why = "it is not yet in the other building" if said.startswith("MISSING ") else "the other building does not answer"
    return f"job {job} was found again at {_found(ask(config, f'FIND {job}'), job, text)} alone: {why}"


def _found(said: str, job: str, text: str) -> str:
    """The host that has it."""
    word, _, rest = said.partition(" ")
    host, _, found = rest.partition(" ")
    if word != "FOUND":
        raise Failed(f"job {job} was accepted and is not found again: {said}")
    if found != text:
        raise Failed(f"job {job} reads {found!r} at {host} instead of {text!r}")
    return host


def ask(config: dict[str, Any], line: str) -> str:
    """One line over a new connection, and its answer. Raises Failed when the answer is not whole."""
    timeout = config["timeout_seconds"]
    with socket.create_connection((config["address"], config["port"]), timeout) as one:
        one.sendall(line.encode() + b"\n")
        with one.makefile("rb") as answers:
            said = answers.readline()
    if not said.endswith(b"\n"):
        raise Failed("the connection ended without an answer")
    return said.decode().rstrip("\n")


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
