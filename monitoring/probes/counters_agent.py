"""Packet counters of a node's interfaces, with the instant at which they were read. Runs on the node; stdlib only.

The program is whole in this file because it travels (see udp_agent.py, which speaks the same way):

    in   {"interfaces": ["line-a"], "max_seconds": 60}     the first line; then `read` as often as wanted
    out  {"ready": true}   {"at_ns": 1, "packets": {"line-a": [received, sent]}}
"""

from __future__ import annotations

import json
import select
import sys
import time
from pathlib import Path


def packets(interface: str) -> list[int]:
    folder = Path("/sys/class/net") / interface / "statistics"
    return [int((folder / name).read_text()) for name in ("rx_packets", "tx_packets")]


def answer(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def main() -> None:
    source = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 the input itself
    config = json.loads(source.readline())
    ends = time.monotonic() + config["max_seconds"]
    for interface in config["interfaces"]:
        packets(interface)  # one that is not there fails now, not in the middle of a drill
    answer({"ready": True})
    while (left := ends - time.monotonic()) > 0 and select.select([source], [], [], left)[0]:
        if not source.readline():
            return
        counted = {name: packets(name) for name in config["interfaces"]}
        answer({"at_ns": time.monotonic_ns(), "packets": counted})


if __name__ == "__main__":
    main()
