"""Debian's Alertmanager on loopback, alone, with the configuration that is written and nobody told but a counter."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.daemon import free_port, running

DEADLINE_SECONDS = 30.0


class Alertmanager:
    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, document: Any) -> Any:
        request = urllib.request.Request(f"{self.url}/api/v2/{path}", json.dumps(document).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def alerts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(alert, element) → its status."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=10) as answer:
            rows = json.load(answer)
        return {(row["labels"]["alertname"], row["labels"]["element"]): row["status"] for row in rows}

    def settled(self, count: int, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of so many alerts are active, as soon as that is what is wanted or the time is up."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        active: set[tuple[str, str]] = set()
        while time.monotonic() < deadline:
            found = self.alerts()
            active = {key for key, status in found.items() if status["state"] == "active"}
            if len(found) == count and active == wanted:
                break
            threading.Event().wait(0.05)
        return active


@contextmanager
def alertmanager(folder: Path, configuration: Path, at: int | None = None) -> Iterator[Alertmanager]:
    """One that runs with the routes and inhibitions of a configuration; every receiver is a dead webhook."""
    document = yaml.safe_load(configuration.read_text(encoding="utf-8"))
    dead = {"url": "http://127.0.0.1:9/", "send_resolved": False, "max_alerts": 1}
    document["receivers"] = [{"name": one["name"], "webhook_configs": [dead]} for one in document["receivers"]]
    document["global"] = {"resolve_timeout": "5m"}
    path, port = folder / "running.yaml", at or free_port()
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    words = [f"--config.file={path}", f"--storage.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}",
             "--cluster.listen-address=", "--log.level=error"]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with running("prometheus-alertmanager", words, url, folder / "log", DEADLINE_SECONDS):
        yield Alertmanager(url)
