"""An exporter that runs: a real server in a thread of its own, and a client that asks it."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from prometheus_client.parser import text_string_to_metric_families

from monitoring.devices import load_all
from monitoring.exporter.app import Exporter
from monitoring.exporter.serve import config
from monitoring.snmp.credential import Community

Sample = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Any

    @property
    def samples(self) -> dict[Sample, float]:
        """Name and labels → value. Raises when a series stands there twice."""
        return samples(self.body)

    def value(self, name: str, **labels: str) -> float:
        found = [value for (own, pairs), value in self.samples.items()
                 if own == name and labels.items() <= dict(pairs).items()]  # fmt: skip
        assert len(found) == 1, (name, labels, found)
        return found[0]


def samples(text: str) -> dict[Sample, float]:
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found, f"{key} stands there twice"
            found[key] = sample.value
    return found


class Running:
    """Use as a context manager."""

    def __init__(self, web: Path | None = None, *, timeout_seconds: float = 0.2, discover: Any = list) -> None:
        self.exporter = Exporter(
            load_all(), {"test": Community("public"), "other": Community("other")}, discover,
            timeout_seconds=timeout_seconds,
        )  # fmt: skip
        self.server = uvicorn.Server(config(self.exporter, "127.0.0.1", 0, web))
        self.secure = web is not None
        self.context: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.server.run, name="exporter")
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started and self._thread.is_alive() and time.monotonic() < deadline:
            self._thread.join(0.01)
        assert self.server.started
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def get(
        self, path: str, *, seconds: float | str | None = None, user: tuple[str, str] | None = None,
        method: str = "GET", scheme: str | None = None,
    ) -> Answer:  # fmt: skip
        scheme = scheme or ("https" if self.context else "http")
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.port}{path}", method=method)
        if seconds is not None:
            request.add_header("X-Prometheus-Scrape-Timeout-Seconds", str(seconds))
        if user:
            request.add_header("Authorization", "Basic " + base64.b64encode(":".join(user).encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), error.headers)

    def json(self, path: str) -> Any:
        return json.loads(self.get(path).body)
