"""Where and on what a figure was measured: goes into every result."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOT_CODE = ("bench/results/", "docs/", "README.md", "CHANGELOG.md")


def machine() -> dict[str, Any]:
    """Processor, cores that we may use, memory in GiB, kernel, Python: what a reader needs, no host name."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def commit() -> str:
    """The commit, with "+" when the work tree differs from it; "unknown" outside a checkout."""
    try:
        dirty = _git("status", "--porcelain", "--untracked-files=no")
        return _git("rev-parse", "--short=12", "HEAD").strip() + ("+" if dirty else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def code() -> str:
    """A hash of everything tracked but results and documents: the same before and after results are committed."""
    total = hashlib.sha256()
    for name in sorted(_git("ls-files", "-z").split("\0")):
        path = ROOT / name
        if name and not name.startswith(NOT_CODE) and path.is_file():
            total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
