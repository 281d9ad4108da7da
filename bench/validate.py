"""How long `mroom validate` takes: the example site and 2,000 devices, beside what other readers need to parse them.

Goals: 2,000 devices in under 5 s; the example in under 0.5 s. The peers (ruamel.yaml's round trip, PyYAML's C loader)
only read the files; ours reads, types, judges and keeps positions. Usage: script/bench validate
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML

import inventory
from bench.machine import commit, machine
from bench.sites import write

DEVICES = 2000
GOALS_SECONDS = {"example": 0.5, "devices-2000": 5.0}


def timed(call: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Wall seconds: median, least and most of the repeats."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return {"median": statistics.median(seconds), "min": min(seconds), "max": max(seconds), "repeats": repeats}


def measure(folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))]
    inventory.check(folder)  # the first call also builds pydantic's validators
    return {
        "validate": timed(lambda: inventory.check(folder), repeats),
        "pyyaml-c-load": timed(lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts], repeats),
        "ruamel-round-trip": timed(lambda: [YAML().load(text) for text in texts], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    example = Path(__file__).resolve().parent.parent / "inventory" / "sites" / "nishinomiya"
    with tempfile.TemporaryDirectory() as scratch:
        big = Path(scratch) / "big"
        write(big, DEVICES)
        for folder in (example, big):
            if found := inventory.check(folder).problems:
                print(
                    f"validate: {folder.name} is not valid, and a faulty site takes another time: {found[0]}",
                    file=sys.stderr,
                )
                return 1
        results = {"example": measure(example, 20), "devices-2000": measure(big, 3)}
    for name, rows in results.items():
        for what, row in rows.items():
            print(f"{name:<14} {what:<18} {row['median']:.3f} s ({row['min']:.3f} to {row['max']:.3f})")
    missed = [name for name, goal in GOALS_SECONDS.items() if results[name]["validate"]["median"] > goal]
    document = {"results": results, "goals_seconds": GOALS_SECONDS, "commit": commit(), "machine": machine()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "validate.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for name in missed:
        print(f"goal missed: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
