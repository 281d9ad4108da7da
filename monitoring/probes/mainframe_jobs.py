"""How many jobs a promotion has lost: a stream of numbered jobs, of which each acknowledged one is looked for later.

The program is whole in this file because it travels (far.py). Run as a program it reads one configuration (address,
port, timeout_seconds, per_second, max_seconds), then a word per line:

    count   look for every acknowledged job: {"sent", "acknowledged", "found", "lost": [{"job", "number", "at"}…],
            "kept_aside" (how many of the lost are listed as unreplicated), "silent" (members that could not be asked
            for their list), "outage_seconds" (the longest time between two acknowledgements), "hosts"}
    stop    send no more: {"acknowledged"}; so is any other word answered

Times are seconds of the epoch. Standard library only.
"""

from __future__ import annotations

import itertools
import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

AGAIN_SECONDS = 0.2
"""Between two attempts while nobody answers."""


@dataclass
class Sender:
    """Sends a job after the other; `acknowledged` grows, nothing in it ever changes."""

    config: dict[str, Any]
    stopped: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    acknowledged: list[tuple[str, int, float, str]] = field(default_factory=list)
    """(job, our number, when, by which host)."""

    def run(self) -> None:
        end = time.monotonic() + self.config["max_seconds"]
        while not self.stopped.is_set() and time.monotonic() < end:
            try:
                self._stream(end)
            except (OSError, ValueError):
                self.stopped.wait(AGAIN_SECONDS)

    def _stream(self, end: float) -> None:
        """Over one connection, until it fails."""
        where = (self.config["address"], self.config["port"])
        with socket.create_connection(where, self.config["timeout_seconds"]) as one, one.makefile("rb") as answers:
            while not self.stopped.is_set() and time.monotonic() < end:
                self.sent += 1
                number = self.sent
                one.sendall(f"SUBMIT numbered {number}\n".encode())
                words = answers.readline().decode().split()
                if words[:1] != ["ACCEPTED"]:
                    raise ValueError(words)
                self.acknowledged.append((words[1], number, time.time(), words[2]))
                self.stopped.wait(1 / self.config["per_second"])

    def count(self) -> dict[str, Any]:
        """Look for all that was acknowledged until now."""
        jobs = list(self.acknowledged)
        said = [words.split() for words in ask(self.config, [f"FIND {job[0]}" for job in jobs])]
        found = [
            words[:1] == ["FOUND"] and words[2:] == ["numbered", str(job[1])]
            for words, job in zip(said, jobs, strict=True)
        ]
        lost = [job for job, ok in zip(jobs, found, strict=True) if not ok]
        listed = json.loads(ask(self.config, ["UNREPLICATED"])[0].partition(" ")[2])
        aside = {one["job"] for one in listed["jobs"]}
        times = [when for _, _, when, _ in jobs]
        return {
            "sent": self.sent,
            "acknowledged": len(jobs),
            "found": sum(found),
            "lost": [{"job": job, "number": number, "at": at} for job, number, at, _ in lost],
            "kept_aside": sum(job[0] in aside for job in lost),
            "silent": listed["silent"],
            "outage_seconds": max((b - a for a, b in itertools.pairwise(times)), default=0.0),
            "hosts": list(dict.fromkeys(host for *_, host in jobs)),
        }


def ask(config: dict[str, Any], lines: list[str]) -> list[str]:
    """The answers to some lines over one connection. Raises OSError when it ends before."""
    said = []
    where = (config["address"], config["port"])
    with socket.create_connection(where, config["timeout_seconds"]) as one, one.makefile("rb") as answers:
        for line in lines:
            one.sendall(line.encode() + b"\n")
            answer = answers.readline()
            if not answer.endswith(b"\n"):
                raise ConnectionError("the connection ended without an answer")
            said.append(answer.decode().rstrip("\n"))
    return said


def main() -> None:
    sender = Sender(json.loads(sys.stdin.readline()))
    threading.Thread(target=sender.run, daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "stop":
            sender.stopped.set()
        try:
            answer = sender.count() if line.strip() == "count" else {"acknowledged": len(sender.acknowledged)}
        except (OSError, ValueError) as error:
            answer = {"error": f"{error or type(error).__name__}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
