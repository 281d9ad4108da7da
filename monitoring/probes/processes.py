"""Whether processes run on a node. The program is whole in this file because it travels (far.py); stdlib only.

in   {"processes": {"nginx": "nginx: master process"}}       name -> beginning of the command line, a pattern
out  {"nginx": "running"}                                    running, stopped (SIGSTOP or traced) or missing
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any


def states(root: Path) -> list[tuple[str, str]]:
    """Command line and state letter of every process under a /proc."""
    found = []
    for folder in root.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue  # it ended while we looked
        found.append((os.fsdecode(b" ".join(words)).strip(), state))
    return found


def look(config: dict[str, Any], root: Path = Path("/proc")) -> dict[str, str]:
    """The state of each process asked for; with several, one that runs is enough."""
    seen = states(root)
    return {
        name: _judge([state for line, state in seen if re.match(begins, line)])
        for name, begins in config["processes"].items()
    }


def _judge(letters: list[str]) -> str:
    alive = [letter for letter in letters if letter not in "ZX"]
    if not alive:
        return "missing"
    return "stopped" if all(letter in "Tt" for letter in alive) else "running"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(json.loads(sys.stdin.readline()))) + "\n")
    sys.stdout.flush()
