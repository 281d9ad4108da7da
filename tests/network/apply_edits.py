"""A runner to be killed: applies edits of devices' files from the NOC node. Arguments: state, confirm seconds, edits.

Edits are JSON: {device: {path: [old text, new text]}}. Every line of the log goes to stdout at once.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import inventory
from mroom.place import enter
from network import change, render
from network.bundle import Bundle
from network.secrets import secrets

SITE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"


def edited(bundle: Bundle, edits: dict[str, list[str]]) -> Bundle:
    files = dict(bundle)
    for path, (old, new) in edits.items():
        assert old in files[path].content, f"{old!r} is not in {path}"
        files[path] = replace(files[path], content=files[path].content.replace(old, new))
    return files


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(state: Path, seconds: int, edits: dict[str, dict[str, list[str]]]) -> None:
    site = inventory.load(SITE)
    enter(site, state)
    own = secrets(site, state)
    wanted = {device: edited(render.bundle(site, device, own), edits[device]) for device in edits}
    plan = change.make(site, state, wanted=wanted, log=say)
    outcome = change.apply(
        site,
        state,
        plan,
        change=change.new_id(),
        author="test",
        confirm_seconds=seconds,
        log=say,
    )
    say(json.dumps(outcome.document()))
    raise SystemExit(outcome.exit_code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
