"""The outage of a line cut, a silent line and a router's power cut, with busy and with idle processors.

Goals: at most 20, 40 and 40 ms in every run. `--from` sums up a campaign (script/campaign outage --runs 360) instead of
measuring. Usage: script/bench outage
"""

from __future__ import annotations

import argparse
import atexit
import itertools
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.campaigns.outage import EVENTS, GOALS_SECONDS, run
from bench.machine import commit, machine

LOADS = ("busy", "idle")


def spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds: least, median, 95th percentile (nearest rank), most."""
    ordered = sorted(seconds)
    rank = -(-95 * len(ordered) // 100) - 1
    values = {"min": ordered[0], "median": statistics.median(ordered), "p95": ordered[rank], "max": ordered[-1]}
    return {name: round(value * 1000, 2) for name, value in values.items()}


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line per event and load: runs, those that do not count, the spread per direction, and the goal."""
    found = []
    for event, load in itertools.product(EVENTS, LOADS):
        mine = [row for row in rows if (row["event"], row["load"]) == (event, load)]
        counted = [row for row in mine if "seconds" in row and not row["void"]]
        line: dict[str, Any] = {"event": event, "load": load, "runs": len(mine), "void": len(mine) - len(counted)}
        if counted:
            line["there_ms"] = spread([row["seconds"][0] for row in counted])
            line["back_ms"] = spread([row["seconds"][1] for row in counted])
            worst = [max(row["seconds"]) for row in counted]
            line["over_goal"] = sum(seconds > GOALS_SECONDS[event] for seconds in worst)
        found.append({**line, "goal_ms": GOALS_SECONDS[event] * 1000})
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=18, help="18 are five busy and one idle of each event")
    parser.add_argument("--from", dest="file", type=Path, help="a results file of the campaign")
    given = parser.parse_args()
    if given.file:
        rows = [json.loads(line) for line in given.file.read_text(encoding="utf-8").splitlines()]
        known = {"commit": sorted({row["commit"] for row in rows}), "machine": rows[-1]["machine"]}
    else:
        scratch = Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)  # registered first, so it comes after `down`
        rows = run(1, 0, given.runs, scratch)
        known = {"commit": [commit()], "machine": machine()}
    lines = summary(rows)
    for line in lines:
        told = ", ".join(f"{key} {line[f'{key}_ms']}" for key in ("there", "back") if f"{key}_ms" in line)
        print(f"{line['event']:<7} {line['load']:<5} {line['runs']:>3} runs, {line['void']} void: {told}")
    given.out.mkdir(parents=True, exist_ok=True)
    document = {"results": lines, **known}
    (given.out / "outage.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    missed = [f"{line['event']} {line['load']}" for line in lines if line.get("over_goal")]
    for name in missed:
        print(f"goal missed: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
