"""Runs a campaign of bench/campaigns in slices, and goes on where the last slice stopped.

A campaign is a module with `run(seed, start, count, state) -> rows`: the rows of the runs start … start+count-1, each a
dict with at least "ok" and, when that is false, "what". A run depends on seed and number alone, so that it can be run
again by itself. Rows go to bench/results/campaign-NAME.jsonl; those of a module with `ROWS_KEPT = False` are too many
for that and stay with the state, and campaign-NAME.json says how many there are and which were not good. Exit 0: all
runs done and good; 1: a run was not; 5: the slice is over, call it again.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
LONGEST_MINUTES = 9.0
CHUNK_SECONDS = 15.0
"""About how much a kill may lose: rows are written to the disk after each chunk."""


def names() -> list[str]:
    """The campaigns that there are."""
    return sorted(p.stem for p in (ROOT / "bench" / "campaigns").glob("*.py") if not p.stem.startswith("_"))


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a results file; a last line cut short by a kill is dropped."""
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    """Append rows, on the disk on return."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
        stream.flush()
        os.fsync(stream.fileno())


def gaps(done: set[int], runs: int, first: int = 0) -> Iterator[tuple[int, int]]:
    """The stretches (start, count) of first … runs-1 that are not done."""
    start = first
    for number in [*sorted(n for n in done if first <= n < runs), runs]:
        if number > start:
            yield start, number - start
        start = number + 1


def slice_of(module: Any, seed: int, stretches: list[tuple[int, int]], deadline: float, state: Path) -> Iterator[Any]:
    """Rows chunk by chunk until the deadline (monotonic); a chunk is as long as the last one lets expect."""
    size, each = 1, 0.0
    for start, count in stretches:
        at, end = start, start + count
        while at < end:
            if time.monotonic() + min(size, end - at) * each > deadline:
                return
            chunk, began = min(size, end - at), time.monotonic()
            rows = module.run(seed, at, chunk, state)
            if len(rows) != chunk:
                raise SystemExit(f"campaign: run() gave {len(rows)} rows for {chunk} runs")
            each = (time.monotonic() - began) / chunk
            yield [{"run": at + offset, **row} for offset, row in enumerate(rows)]
            at, size = at + chunk, max(1, min(size * 4, int(CHUNK_SECONDS / max(each, 1e-6))))


def summary(name: str, rows: list[dict[str, Any]], runs: int) -> int:
    """Print how it stands; the exit code."""
    bad = [row for row in rows if not row["ok"]]
    commits = ", ".join(sorted({row["commit"] for row in rows}))
    print(f"{name}: {len(rows)} of {runs} runs done, {len(bad)} not good (commits {commits or 'none'})")
    for row in bad[:20]:
        print(f"  run {row['run']}: {row.get('what', '')}")
    if bad:
        return 1
    if len(rows) < runs:
        print("the slice is over; the same command goes on")
        return 5
    return 0


def tally(rows: list[dict[str, Any]], common: dict[str, Any]) -> dict[str, Any]:
    """What is written down where the rows are too many."""
    return {**common, "runs": len(rows), "not_good": [row for row in rows if not row["ok"]]}


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from bench.machine import code, commit, machine

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names())
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="begin there: two machines can share a campaign")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=LONGEST_MINUTES, help="length of this slice, at most 9")
    parser.add_argument("--state", type=Path, help="where the runs may keep files (default: below MROOM_STATE)")
    given = parser.parse_args()
    if not 0 <= given.first < given.runs or given.minutes <= 0:
        found = f"--runs {given.runs} --first {given.first} --minutes {given.minutes}"
        parser.error(f"expected at least one run, a first one below --runs and some minutes, found {found}")
    deadline = time.monotonic() + 60 * min(given.minutes, LONGEST_MINUTES)
    state = given.state or Path(os.environ.get("MROOM_STATE", ROOT / ".mroom")) / "campaign" / given.name
    state.mkdir(parents=True, exist_ok=True)
    module = importlib.import_module(f"bench.campaigns.{given.name}")
    rows_kept = getattr(module, "ROWS_KEPT", True)
    file = (RESULTS if rows_kept else state) / f"campaign-{given.name}.jsonl"
    common = {"seed": given.seed, "commit": commit(), "code": code(), "machine": machine()}

    def counted() -> list[dict[str, Any]]:
        """The rows of this seed made with this very code."""
        every = [row for row in read(file) if (row["seed"], row["code"]) == (given.seed, common["code"])]
        return [row for row in every if given.first <= row["run"] < given.runs]

    stretches = list(gaps({row["run"] for row in counted()}, given.runs, given.first))
    for rows in slice_of(module, given.seed, stretches, deadline, state):
        write(file, [{**row, **common} for row in rows])
        print(f"\r{given.name}: run {rows[-1]['run'] + 1} of {given.runs}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if not rows_kept:
        text = json.dumps(tally(counted(), common), ensure_ascii=False, indent=1, sort_keys=True)
        (RESULTS / f"campaign-{given.name}.json").write_text(text + "\n", encoding="utf-8")
    return summary(given.name, counted(), given.runs - given.first)


if __name__ == "__main__":
    sys.exit(main())
