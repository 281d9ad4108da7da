#!/usr/bin/python3
"""Announces one system's entry address while the system serves on this host, and takes it back when it does not.

    mroom-announce CONFIG.json

The local check runs every `interval_seconds`. After `fall` failures in a row the /32 leaves `lo`, and bird, which
exports what is on `lo`, withdraws it from the routers. It comes back after `rise` successes in a row, but not before
the hold-down is over: `hold_down_seconds`, doubled each time the system fell again within `steady_seconds` of coming
back.

The address has a lifetime in the kernel (`lease_seconds`) and is renewed by each success, so it also goes when this
process is stopped, starved or gone for good. SIGTERM takes the address away at once; SIGHUP starts this program anew in
the same process without touching it (new configuration, new version).
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import asdict, dataclass
from pathlib import Path

RUN = Path("/run/mroom/announce")


@dataclass(frozen=True)
class Config:
    """The file that the role writes; durations in seconds."""

    system: str
    entry: str
    check: dict[str, object]
    """{"url": an HTTP address that answers 200} or {"command": a list of words that ends with 0}."""
    interval_seconds: float
    timeout_seconds: float
    rise: int
    fall: int
    hold_down_seconds: float
    hold_down_max_seconds: float
    steady_seconds: float
    lease_seconds: float


@dataclass
class Health:
    """Whether to announce, from the results of the check. Times are of CLOCK_BOOTTIME, so they outlive this process."""

    serving: bool = False
    streak: int = 0
    """Results in a row that speak against the present state."""
    since: float = 0.0
    held_until: float = 0.0
    hold_seconds: float = 0.0
    message: str = "not checked yet"

    def observe(self, ok: bool, now: float, config: Config) -> bool:
        """Take in one result; true when the state has changed with it."""
        if ok == self.serving:
            self.streak = 0
            return False
        self.streak += 1
        if self.serving and self.streak >= config.fall:
            flapped = now - self.since < config.steady_seconds
            longer = min(2 * self.hold_seconds, config.hold_down_max_seconds)
            self.hold_seconds = max(longer, config.hold_down_seconds) if flapped else config.hold_down_seconds
            self.held_until = now + self.hold_seconds
        elif self.serving or self.streak < config.rise or now < self.held_until:
            return False
        self.serving, self.streak, self.since = not self.serving, 0, now
        return True


def check(config: Config) -> tuple[bool, str]:
    """Run the local check once: whether the system serves here, and a sentence."""
    try:
        if "url" in config.check:
            return _check_url(str(config.check["url"]), config.timeout_seconds)
        return _check_command(config.check["command"], config.timeout_seconds)
    except (OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
        return False, f"{type(error).__name__}: {error}"


def _check_url(url: str, timeout: float) -> tuple[bool, str]:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "mroom-announce", "Connection": "close"})
        status = connection.getresponse().status
    finally:
        connection.close()
    return status == http.client.OK, f"HTTP {status}"


def _check_command(words: object, timeout: float) -> tuple[bool, str]:
    if not isinstance(words, list):
        raise SystemExit("check.command must be a list of words")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode == 0, (done.stdout or done.stderr).strip()[:200] or f"exit {done.returncode}"


class Address:
    """The entry /32 on `lo`."""

    def __init__(self, entry: str, lease_seconds: float) -> None:
        self.prefix = f"{entry}/32"
        self.lease = str(max(1, round(lease_seconds)))

    def present(self) -> bool:
        shown = self._ip("-o", "-4", "addr", "show", "dev", "lo", "to", self.prefix)
        return self.prefix in shown.stdout

    def renew(self) -> None:
        lifetime = ("valid_lft", self.lease, "preferred_lft", self.lease)
        done = self._ip("addr", "replace", self.prefix, "dev", "lo", *lifetime)
        if done.returncode != 0:
            log(f"cannot add {self.prefix} to lo: {done.stderr.strip()}")

    def remove(self) -> None:
        self._ip("addr", "del", self.prefix, "dev", "lo")

    @staticmethod
    def _ip(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["/sbin/ip", *words], capture_output=True, text=True, check=False)


def log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def load_health(path: Path, *, present: bool) -> Health:
    """The state of the process before this one; what is on `lo` decides whether the entry is announced."""
    try:
        health = Health(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        health = Health()
    health.serving, health.streak = present, 0
    return health


def save_health(path: Path, health: Health) -> None:
    """Replace the state file at once, so that a reader never sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(health)), encoding="utf-8")
    fresh.replace(path)


def run(config: Config, stop: threading.Event, again: threading.Event) -> None:
    """Check, announce and withdraw until told to stop."""
    RUN.mkdir(parents=True, exist_ok=True)
    path = RUN / f"{config.system}.json"
    address = Address(config.entry, config.lease_seconds)
    health = load_health(path, present=address.present())
    renewed = 0.0
    while not stop.is_set() and not again.is_set():
        begun = time.clock_gettime(time.CLOCK_BOOTTIME)
        ok, health.message = check(config)
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        changed = health.observe(ok, now, config)
        # Renewed by success alone: while the check fails the lease runs down, whatever else happens.
        if health.serving and ok and (changed or now - renewed >= config.lease_seconds / 4):
            address.renew()
            renewed = now
        elif changed:
            address.remove()
        if changed:
            log(f"{config.system}: {'announced' if health.serving else 'withdrawn'} {config.entry}: {health.message}")
        save_health(path, health)
        stop.wait(max(0.0, begun + config.interval_seconds - now))
    if not again.is_set():
        address.remove()
        log(f"{config.system}: withdrawn {config.entry}: stopped")


def main(arguments: list[str]) -> None:
    config = Config(**json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    stop, again = threading.Event(), threading.Event()

    def ended(number: int, _frame: object) -> None:
        (again if number == signal.SIGHUP else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ended)
    run(config, stop, again)
    if again.is_set():
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 this very program


if __name__ == "__main__":
    main(sys.argv)
