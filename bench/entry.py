"""How many entry records a second one core brings from files into the database, facts included.

500,000 records, most of them RFC 5424, some RFC 3164, some CSV, are there; `python -m monitoring.entry --once`, held to
one processor, reads them all: parsed, judged, pseudonymised, committed with synchronous=FULL. Timed is the whole
program, its start with it. Goal: 50,000 a second. Usage: script/bench entry
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.entries import HEADER, pairs, row, structured
from bench.machine import commit, machine
from monitoring.entry.store import FILE, FOLDER

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "inventory" / "sites" / "nishinomiya"
GOAL = 50_000
RECORDS = 500_000
SHARES = {"structured": 0.7, "pairs": 0.2, "csv": 0.1}


def write(state: Path, records: int) -> None:
    """The files, as two controllers and a drop leave them."""
    for folder in ("keys", f"{FOLDER}/spool", f"{FOLDER}/csv"):
        (state / folder).mkdir(parents=True)
    (state / "keys" / "entry-cards").write_text("a bench's own", encoding="utf-8")
    begin = int(time.time()) - records // 10 - 3600
    many = {name: int(records * share) for name, share in SHARES.items()}
    spool, csv = state / FOLDER / "spool", state / FOLDER / "csv"
    with (spool / "doorctl-s.log").open("w", encoding="utf-8") as stream:
        stream.writelines(structured(n, begin, "doorctl-s", "door-s-room-front") for n in range(many["structured"]))
    with (spool / "doorctl-m.log").open("w", encoding="utf-8") as stream:
        stream.writelines(pairs(n, begin, "doorctl-m", "door-m-net-front") for n in range(many["pairs"]))
    with (csv / "doorctl-c.csv").open("w", encoding="cp932", newline="") as stream:
        stream.write(HEADER)
        stream.writelines(row(n, begin, "doorctl-c", "door-c-room-front") for n in range(many["csv"]))


def measure(records: int) -> dict[str, Any]:
    """One run of the program."""
    state = Path(tempfile.mkdtemp(prefix="entry-", dir="/var/tmp"))
    try:
        write(state, records)
        words = [sys.executable, "-m", "monitoring.entry", "--site", str(SITE), "--state", str(state), "--once"]
        core = {min(os.sched_getaffinity(0))}
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(words, cwd=ROOT, check=True, preexec_fn=lambda: os.sched_setaffinity(0, core))
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        with sqlite3.connect(state / FOLDER / FILE) as db:
            stored = db.execute("SELECT count(*) FROM event").fetchone()[0]
            facts = db.execute("SELECT count(*) FROM fact").fetchone()[0]
    finally:
        shutil.rmtree(state)
    if stored != records:
        raise SystemExit(f"entry: {stored} of {records} records are in the database")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "records": records,
        "facts": facts,
        "wall_seconds": round(wall, 3),
        "cpu_seconds": round(cpu, 3),
        "per_second": round(records / wall),
        "per_cpu_second": round(records / cpu),
        "peak_mib": round(after.ru_maxrss / 1024),
        "load_before": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    runs = [measure(given.records) for _ in range(given.repeats)]
    for run in runs:
        print(f"{run['per_second']} a second, {run['per_cpu_second']} a CPU-second, {run['peak_mib']} MiB")
    document = {"runs": runs, "goal_per_second": GOAL, "commit": commit(), "machine": machine()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "entry.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    best = max(run["per_second"] for run in runs)
    if best < GOAL:
        print(f"goal missed: {best} a second of {GOAL}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
