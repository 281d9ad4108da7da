"""`mroom` with other wishes for some devices, and maybe with an end at one moment: what campaigns run and kill.

Arguments: a JSON document {"edits": {device: {path: [[pattern, replacement], …]}}, "end": moment or null}, then mroom's
own. Only what the inventory asks for is edited, by regular expression; everything after that is `mroom` itself.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

Edits = Mapping[str, Mapping[str, list[list[str]]]]

MOMENTS: dict[str, tuple[str, str, str, int]] = {
    "lease taken": ("journal.lease", "take", "after", 1),
    "devices read": ("network.change.plan", "compare", "after", 1),
    "old and new kept": ("network.change.apply", "record", "before", 1),
    "beginning written down": ("network.change.apply", "record", "after", 1),
    "entries looked at": ("network.change.apply", "check_entries", "after", 1),
    "about to order": ("network.change.transaction", "Transaction._begin", "before", 1),
    "ordered": ("network.change.transaction", "Transaction._begin", "after", 1),
    "applied": ("network.change.transaction", "Transaction.start", "after", 1),
    "verified": ("network.change.transaction", "Transaction.verify", "after", 1),
    "about to confirm": ("network.linux_change", "confirm", "before", 1),
    "confirmed": ("network.linux_change", "confirm", "after", 1),
    "heard the end": ("network.change.transaction", "Transaction.confirm", "after", 1),
    "about to write the end down": ("network.change.apply", "record", "before", 2),
    "end written down": ("network.change.apply", "record", "after", 2),
    "about to give the lease back": ("journal.lease", "Held.release", "before", 1),
}
"""Every step of the runner's side, in its order: name -> module, function, before or after it, which call of it."""


def edited(bundle: Mapping[str, Any], edits: Mapping[str, list[list[str]]]) -> dict[str, Any]:
    """The bundle with its files edited. Raises ValueError when a pattern is not in its file."""
    files = dict(bundle)
    for path, changes in edits.items():
        for pattern, new in changes:
            content, count = re.subn(pattern, new, files[path].content, flags=re.MULTILINE)
            if not count:
                raise ValueError(f"{pattern!r} is not in {path}")
            files[path] = replace(files[path], content=content)
    return files


def wish(edits: Edits) -> None:
    """From now on the inventory asks for the edited bundles."""
    from network import render

    whole = render.bundle

    def bundle(site: Any, device: str, secrets: Any) -> Any:
        return edited(whole(site, device, secrets), edits.get(device, {}))

    render.bundle = bundle


def end_at(moment: str) -> None:
    """Have this process group killed, as by `kill -KILL`, at a moment of MOMENTS."""
    module, name, when, call = MOMENTS[moment]
    owner: Any = importlib.import_module(module)
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    whole: Callable[..., Any] = getattr(owner, last)
    calls = 0

    @functools.wraps(whole)
    def ending(*words: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and when == "before":
            os.killpg(0, signal.SIGKILL)
        found = whole(*words, **named)
        if calls == call:
            os.killpg(0, signal.SIGKILL)
        return found

    setattr(owner, last, ending)


def main() -> None:
    order = json.loads(sys.argv[1])
    sys.argv = ["mroom", *sys.argv[2:]]
    wish(order["edits"])
    if order["end"]:
        end_at(order["end"])
    from mroom.cli import main as mroom

    mroom()


if __name__ == "__main__":
    main()
