"""A real Prometheus on loopback with data written by promtool."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.daemon import free_port, running

DEADLINE_SECONDS = 60
Samples = dict[str, list[tuple[int, float]]]
"""Series in the notation of OpenMetrics → (second, value)."""


def blocks(folder: Path, samples: Samples) -> Path:
    """A TSDB with these samples."""
    by_name: dict[str, list[str]] = {}
    for series, rows in samples.items():
        by_name.setdefault(series.partition("{")[0], []).extend(f"{series} {value} {at}\n" for at, value in rows)
    text = "".join(f"# TYPE {name} gauge\n{''.join(lines)}" for name, lines in by_name.items())
    (folder / "samples.om").write_text(f"{text}# EOF\n", encoding="utf-8")
    data = folder / "data"
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "samples.om"), str(data)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE_SECONDS)
    return data


@contextmanager
def prometheus(folder: Path, samples: Samples) -> Iterator[str]:
    """Its URL, while it runs."""
    data, port = blocks(folder, samples), free_port()
    (folder / "prometheus.yml").write_text("global: {}\n")
    words = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={data}", "--log.level=error"]
    words += ["--storage.tsdb.retention.time=200y", f"--web.listen-address=127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}"
    with running("prometheus", words, url, folder / "log", DEADLINE_SECONDS):
        yield url
