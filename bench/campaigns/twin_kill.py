"""SIGKILL `mroom twin up` at a random moment: nothing may be left on this machine, and the next `up` must work."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.leftovers import differences, host, processes_of
from twin.wait import until

MROOM = str(Path(sys.executable).with_name("mroom"))
GONE_SECONDS = 30.0
"""Deadline for the world to vanish after the kill; it takes less than half a second on an idle machine."""
LONGEST_SHARE = 1.1
"""The last tenth of the moments lies after the end of `up`: then the twin is there, and `down` must end it."""


def run(seed: int, start: int, count: int, state: Path, *, bare: bool = False) -> list[dict[str, Any]]:
    """Rows of the runs start … start+count-1. The moment is a share, drawn from seed and number, of how long a whole
    `up` takes on this machine; `state` keeps that time between calls."""
    options = ["--bare"] if bare else []
    took = state / f"took{''.join(options)}"
    state.mkdir(parents=True, exist_ok=True)
    if not took.exists():
        whole = _up(state, options)
        if whole is None or _down(state):
            raise SystemExit("twin_kill: even an undisturbed up and down fails")
        took.write_text(str(whole), encoding="ascii")
    rows = []
    for number in range(start, start + count):
        share = random.Random(f"{seed}-{number}").uniform(0, LONGEST_SHARE)
        rows.append(_one(state, options, share, float(took.read_text(encoding="ascii"))))
    return rows


def _one(state: Path, options: list[str], share: float, took: float) -> dict[str, Any]:
    before = host()
    moment = share * took
    began = time.monotonic()
    with subprocess.Popen([MROOM, "twin", "up", *options], env=_environment(state), stderr=subprocess.PIPE) as up:
        until(
            lambda: [] if time.monotonic() - began >= moment or up.poll() is not None else ["the moment"], moment + 60
        )
        finished = up.poll() is not None
        up.kill()
        assert up.stderr
        steps = up.stderr.read().decode(errors="replace").splitlines()
    row: dict[str, Any] = {"share": round(share, 4), "moment_seconds": round(moment, 3), "finished": finished}
    row["step"] = steps[-1] if steps else "before the first"
    problems = []
    killed = time.monotonic()
    if _is_up(state):
        problems += [] if _down(state) == 0 else ["down failed"]
    left = until(lambda: [f"process {pid} left" for pid in processes_of(state)], GONE_SECONDS)
    row["gone_seconds"] = round(time.monotonic() - killed, 3)
    problems += left + differences(before, host())
    row["next_up_seconds"] = _up(state, options)
    problems += [] if row["next_up_seconds"] else ["the next up failed"]
    problems += [] if _down(state) == 0 else ["the last down failed"]
    left_files = sorted({path.name for path in state.iterdir()} - {"keys", "known_hosts", "took", "took--bare"})
    problems += [f"files left: {', '.join(left_files)}"] if left_files else []
    return {"ok": not problems, "what": "; ".join(problems), **row}


def _environment(state: Path) -> dict[str, str]:
    return {**os.environ, "MROOM_STATE": str(state)}


def _mroom(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MROOM, "twin", *words], env=_environment(state), capture_output=True, text=True, timeout=300, check=False
    )


def _up(state: Path, options: list[str]) -> float | None:
    """Seconds that `up` took with everything around it; None when it failed."""
    began = time.monotonic()
    done = _mroom(state, "up", *options)
    return round(time.monotonic() - began, 3) if done.returncode == 0 else None


def _down(state: Path) -> int:
    return _mroom(state, "down").returncode


def _is_up(state: Path) -> bool:
    return bool(json.loads(_mroom(state, "status", "--json").stdout)["up"])
