"""`python -m monitoring.entry`: reads the entry records of a site, as the systemd unit of a NOC node starts it."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import time
from pathlib import Path

import inventory
from inventory.model import Cards, Site
from inventory.secrets import resolve
from journal.flock import locked
from monitoring.ending import ended
from monitoring.entry.formats.shelf import load_all
from monitoring.entry.ingest import Ingest
from monitoring.entry.retention import prune
from monitoring.entry.store import FOLDER

TURN_SECONDS = 0.2
PRUNE_SECONDS = 3600.0
_MANY = 100_000
"""Objects between two looks of the garbage collector: a batch is some ten thousand, and none of them is a ring."""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring.entry", description=__doc__)
    parser.add_argument("--site", required=True, type=Path, help="the site's folder")
    parser.add_argument(
        "--state", required=True, type=Path, help="MROOM_STATE: records come from STATE/entry/spool and csv"
    )
    parser.add_argument("--once", action="store_true", help="read what is there, and end")
    return parser


def key_of(site: Site, state: Path) -> str:
    """The secret of the pseudonyms, empty where cards are kept plain. Raises SecretUnavailable."""
    settings = site.site.entry_records
    return "" if settings.cards is Cards.plain else resolve(settings.card_key, state)


def run(ingest: Ingest, *, once: bool) -> None:
    """Read until told to stop. Raises StoreError."""
    stop = ingest.stopping
    told: dict[str, str] = {}
    pruned = -PRUNE_SECONDS
    while not stop.is_set():
        count = ingest.turn()
        for what, why in ingest.refused.items():
            if told.get(what) != why:
                sys.stderr.write(f"entry: {what} is not read: {why}\n")
        told = dict(ingest.refused)
        if count:
            continue
        ingest.idle()
        if time.monotonic() - pruned >= PRUNE_SECONDS:
            prune(ingest.store, ingest.memory, ingest.settings, ingest.now())
            pruned = time.monotonic()
        if once:
            return
        stop.wait(TURN_SECONDS)


def main(argv: list[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    gc.set_threshold(_MANY)
    try:
        site = inventory.load(given.site)
        key = key_of(site, given.state)
        (given.state / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        # two of them would hold different opinions about the same doors
        with locked(given.state / FOLDER / "running.lock", 0):
            ingest = Ingest(site, given.state, load_all(), key)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: ingest.stopping.set())
            run(ingest, once=given.once)
    except Exception as error:
        return ended("entry", error)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
