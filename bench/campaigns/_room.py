"""The twin of a campaign, what one of its devices has and runs, and `mroom` on it."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import inventory
from bcp.until import until
from inventory.model import Site
from network import render
from network.secrets import secrets
from twin import up as booting
from twin.room import Twin

SITE = Path(__file__).resolve().parent.parent.parent / "inventory" / "sites" / "nishinomiya"
RUNNER = Path(__file__).with_name("_runner.py")
CHANGES = "var/lib/mroom/changes"
LONGEST_SECONDS = 300.0
"""For one run of `mroom`, on a busy machine."""
CLEAN_SECONDS = 90.0
"""Neighbours, sessions and gateway addresses are back in 10 s on an idle machine."""

LOOK = r"""
for path in "$@"; do stat -c '%a %U %n' "$path"; cat "$path"; done
[ ! -S /run/frr/zebra.vty ] || vtysh -c 'show running-config'
[ ! -e /etc/nftables.conf ] || nft -s list table inet mroom
for name in watchfrr zebra ospfd bgpd bfdd staticd keepalived snmpd chronyd rsyslogd sshd; do
    pgrep -x "$name" >/dev/null && echo "runs: $name"
done
exit 0
"""


@cache
def room(state: Path) -> Twin:
    """The twin of this process, booted at its first use and ended with it."""
    site = inventory.load(SITE)
    booting.down(state)  # that of a slice that was killed
    booting.up(site, state, log=lambda _: None)
    atexit.register(booting.down, state)
    return Twin.open(site, state)


def has(twin: Twin, device: str) -> str:
    """A device's configuration: every file of its bundle with mode and owner, what its daemons run, which do run."""
    paths = sorted(wanted(twin.site, twin.where, device))
    return twin.exec(device, ["bash", "-c", LOOK, "look", *paths]).stdout


def wanted(site: Site, state: Path, device: str) -> dict[str, Any]:
    """The files that the inventory asks for."""
    return dict(render.bundle(site, device, secrets(site, state)))


def mroom(twin: Twin, *words: str) -> tuple[int, dict[str, Any]]:
    """Run `mroom … --json`: exit code and document."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("mroom")), *words, "--json"],
        env={**os.environ, "MROOM_STATE": str(twin.where)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or "{}")


@contextmanager
def runner(twin: Twin, edits: dict[str, Any], *words: str, end: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """`mroom … --json` with edited wishes, in a session and process group of its own; dead when the block is left."""
    argv = [sys.executable, str(RUNNER), json.dumps({"edits": edits, "end": end}), *words, "--json"]
    environment = {**os.environ, "MROOM_STATE": str(twin.where)}
    with subprocess.Popen(
        argv,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the whole process group, if it still is there."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Wait for the end of a runner: exit code (negative: the signal) and document."""
    out, _ = process.communicate(timeout=LONGEST_SECONDS)
    return process.returncode, json.loads(out or "{}")


def newest(twin: Twin, device: str, known: frozenset[str]) -> Path | None:
    """The folder, as this machine sees it, of a change on a device that was not known before."""
    folder = twin.files(device) / CHANGES
    names = {path.name for path in folder.iterdir()} - known if folder.is_dir() else set()
    return folder / max(names) if names else None


def known(twin: Twin, device: str) -> frozenset[str]:
    """The names of the changes that a device has seen."""
    folder = twin.files(device) / CHANGES
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def reached(true: Callable[[], bool], process: subprocess.Popen[str], seconds: float) -> bool:
    """Poll every millisecond until it is true; False when the process or the time ends first."""
    until(lambda: true() or process.poll() is not None, seconds, every_seconds=0.001)
    return true()


def is_open(twin: Twin, device: str) -> bool:
    """Whether a change on a device waits for its confirmation, or is being taken back."""
    return (twin.files(device) / "var/lib/mroom/unconfirmed").is_symlink()


def unclean(twin: Twin) -> list[str]:
    """What `mroom check network` has against the room, once it has had time to settle. No host serves time here."""
    found: list[str] = []

    def clean() -> bool:
        _, document = mroom(twin, "check", "network")
        found[:] = [f"{c['message']}" for c in document["checks"] if c["ok"] is not True and c["id"] != "ntp"]
        return not found

    until(clean, CLEAN_SECONDS, every_seconds=0.5)
    return found[:5]
