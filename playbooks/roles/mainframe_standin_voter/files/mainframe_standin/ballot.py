"""The voter of this host: its promise on disk, and what the others ask of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from mainframe_standin import clock
from mainframe_standin.durable import replace
from mainframe_standin.voter import Answer, Ask, Promise, awake


class Ballot:
    """An OSError while the promise is written leaves the question without an answer."""

    def __init__(self, path: Path, lease_seconds: float) -> None:
        self._path = path
        promise = Promise(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Promise()
        self._voter = awake(promise, lease_seconds, clock.now())

    @property
    def epoch(self) -> int:
        """The latest epoch that was promised to anybody."""
        return self._voter.promise.epoch

    def hear(self, ask: Ask) -> Answer:
        voter, answer = self._voter.hear(ask, clock.now())
        if voter.promise != self._voter.promise:
            replace(self._path, json.dumps(asdict(voter.promise)).encode())
        self._voter = voter
        return answer
