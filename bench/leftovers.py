"""What a twin must leave as it found it: this machine's mounts, interfaces, namespaces and processes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def host() -> dict[str, list[str]]:
    """Mount points, interfaces and named network namespaces of this machine, each sorted."""
    links = subprocess.run(["ip", "-br", "link"], capture_output=True, text=True, check=True).stdout
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return {
        "mounts": sorted(line.split()[4] for line in mounts),
        "interfaces": sorted(line.split()[0] for line in links.splitlines()),
        "namespaces": sorted(path.name for path in Path("/run/netns").glob("*")),
    }


def processes_of(state: Path) -> list[int]:
    """Processes that were started for this state folder, or have a mount of it to themselves; not this one."""
    wanted, here = str(state).encode(), Path("/proc/self/ns/mnt").readlink()
    found = []
    for path in Path("/proc").iterdir():
        if not path.name.isdigit() or int(path.name) == os.getpid():
            continue
        try:
            # A mount that all of this machine sees says nothing about one process.
            own = (path / "ns" / "mnt").readlink() != here
            seen = (path / "cmdline").read_bytes() + ((path / "mountinfo").read_bytes() if own else b"")
        except OSError:
            continue
        if wanted in seen:
            found.append(int(path.name))
    return found


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """In words, what came and what went."""
    told = []
    for kind, old in before.items():
        came, went = sorted(set(after[kind]) - set(old)), sorted(set(old) - set(after[kind]))
        told += [f"{kind} left: {', '.join(came)}"] if came else []
        told += [f"{kind} gone: {', '.join(went)}"] if went else []
    return told
