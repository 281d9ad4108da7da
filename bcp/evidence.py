"""The raw records of a run on disk, named in its record by their hash: figures can be computed again from them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bcp.judge import Course
from bcp.watch import Seen
from monitoring.probes.udp import Stream

FILE = "records.json.gz"


def _stream(stream: Stream) -> dict[str, Any]:
    return {
        "source": stream.source,
        "target": stream.target,
        "sent_ns": list(stream.sent),
        "received_ns": sorted(stream.received.items()),
        "late_seconds": stream.late_seconds,
        "real_time": stream.fifo,
    }


def _bounds(course: Course) -> dict[str, Any]:
    """The stretches: by the number of the first probe of each direction, and of the first request, of each."""
    marks = {"steady": course.clean and course.clean.start, "broken": course.broken, "mended": course.mended}
    return {name: asdict(mark) if mark else None for name, mark in marks.items()}


def keep(seen: Seen, course: Course, folder: Path) -> dict[str, str]:
    """Write the records and return file name -> SHA-256. They are on the disk when this returns."""
    document = {
        "bounds": _bounds(course),
        "streams": [_stream(stream) for stream in seen.streams],
        "attempts": [[a.started_ns, a.duration_ns, a.good, a.server, a.error] for a in seen.attempts],
    }
    data = gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 1, mtime=0)
    path = folder / FILE
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return {FILE: hashlib.sha256(data).hexdigest()}
