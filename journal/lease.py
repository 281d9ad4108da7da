"""The one lease for a change or a drill per site: two of them at once would judge each other's faults.

A lease is a small file, replaced as a whole under a lock. It is held while it has not run out and at least one of its
processes may be alive; whoever finds it free of both takes it over, and the journal tells that.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from journal.errors import JournalError, LeaseHeld, LeaseLost
from journal.flock import locked
from journal.process import Process, machine, person
from journal.store import now, open_journal

SECONDS = 30.0
"""How long a lease lasts without a heartbeat; three are sent in that time (a drill's guard acts after 3 s)."""
LOCK_SECONDS = 10.0


def _clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # a stepped wall clock must neither end a lease nor lengthen it


@dataclass(frozen=True)
class Lease:
    """What the file says."""

    site: str
    epoch: int
    """Grows by one with every taking, so that an old holder knows itself to be old."""
    holder: str
    kind: str
    """"change" or "drill"."""
    purpose: str
    taken: str
    """RFC 3339."""
    processes: tuple[Process, ...]
    machine: str
    deadline: float
    """Seconds since the boot of `machine` (CLOCK_BOOTTIME)."""
    expires: float
    """Seconds since 1970: for other machines, and for this one after a reboot."""

    def free(self) -> bool:
        """True when somebody else may take it: it ran out, or every process that held it has ended."""
        out = _clock() >= self.deadline if self.machine == machine() else time.time() >= self.expires
        return out or all(process.gone() for process in self.processes)

    def __str__(self) -> str:
        pids = ", ".join(str(process.pid) for process in self.processes)
        return f"{self.kind} {self.purpose!r} of {self.holder} (process {pids}, since {self.taken})"


def _path(state: Path, site: str) -> Path:
    folder = state / "lease"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{re.sub(r'[^A-Za-z0-9._-]', '_', site)}.json"


def _read(path: Path) -> tuple[int, Lease | None]:
    """The epoch of the last taking, and the lease unless it was given back."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0, None
    except (OSError, ValueError) as error:
        raise JournalError(f"the lease {path} cannot be read: {error}", "move the file away if nothing runs") from error
    held = document["lease"]
    if held is None:
        return document["epoch"], None
    processes = tuple(Process(**process) for process in held.pop("processes"))
    return document["epoch"], Lease(**held, processes=processes)


def _write(path: Path, epoch: int, lease: Lease | None) -> None:
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as stream:
        json.dump({"epoch": epoch, "lease": asdict(lease) if lease else None}, stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)


@contextmanager
def _open(state: Path, site: str) -> Iterator[Path]:
    path = _path(state, site)
    with locked(path.with_suffix(".lock"), LOCK_SECONDS):
        yield path


def current(state: Path, site: str) -> Lease | None:
    """The lease in force, None when anybody may take it."""
    lease = _read(_path(state, site))[1]
    return None if lease is None or lease.free() else lease


class Held:
    """A lease that this process holds."""

    def __init__(self, state: Path, lease: Lease, seconds: float) -> None:
        self._state, self.lease, self._seconds = state, lease, seconds
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {lease.site}", daemon=True)

    def _mine(self, path: Path) -> Lease:
        lease = _read(path)[1]
        if lease is None or lease.epoch != self.lease.epoch:
            self._lost.set()
            after = f"{lease} holds it now" if lease else "it was given back"
            message = f"the lease on {self.lease.site} for {self.lease.purpose!r} was lost: {after}"
            raise LeaseLost(message, "what was under way must be looked at: `mroom drill recover`, `mroom changes`")
        return lease

    def _change(self, change: Callable[[Lease], Lease | None]) -> None:
        with _open(self._state, self.lease.site) as path:
            lease = change(self._mine(path))
            _write(path, self.lease.epoch, lease)
            self.lease = lease or self.lease

    def renew(self) -> None:
        """Heartbeat. Raises LeaseLost when somebody else has taken the lease."""
        self._change(lambda lease: replace(lease, **_until(self._seconds)))

    def share(self, pid: int) -> None:
        """Let another process keep the lease alive too: a drill's guard, which outlives the runner."""
        other = Process.of(pid)
        self._change(lambda lease: replace(lease, processes=(*lease.processes, other)))

    def check(self) -> None:
        """Raise LeaseLost when the lease is no longer ours: call it before each step that touches the room."""
        if self._lost.is_set():
            raise LeaseLost(f"the lease on {self.lease.site} for {self.lease.purpose!r} was lost", "stop and look")
        with _open(self._state, self.lease.site) as path:
            self._mine(path)

    def _beat(self) -> None:
        while not self._stop.wait(self._seconds / 3):
            try:
                self.renew()
            except LeaseLost:
                return
            except (JournalError, OSError):
                continue  # a full disk or a busy lock: the lease still has two thirds of its time

    def start(self) -> None:
        self._thread.start()

    def release(self) -> None:
        """Give the lease back; one that was lost meanwhile is left to its new holder."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._change(lambda _: None)
        except LeaseLost:
            return


def _until(seconds: float) -> dict[str, Any]:
    return {"machine": machine(), "deadline": _clock() + seconds, "expires": time.time() + seconds}


def take(state: Path, site: str, kind: str, purpose: str, holder: str | None = None, seconds: float = SECONDS) -> Held:
    """Take the lease or raise LeaseHeld, which names the holder. No heartbeat yet: `hold` is what most callers want."""
    with _open(state, site) as path:
        epoch, before = _read(path)
        if before is not None and not before.free():
            hint = "wait until it has ended; `mroom drill recover` ends a drill whose runner is gone"
            raise LeaseHeld(f"{site} is being worked on: {before}", hint)
        lease = Lease(
            site=site,
            epoch=epoch + 1,
            holder=holder or person(),
            kind=kind,
            purpose=purpose,
            taken=now(),
            processes=(Process.of(),),
            **_until(seconds),
        )
        _write(path, lease.epoch, lease)
    if before is not None:
        with open_journal(state) as opened:
            opened.append("lease-taken-over", {"site": site, "from": str(before), "by": str(lease)})
    return Held(state, lease, seconds)


@contextmanager
def hold(
    state: Path, site: str, kind: str, purpose: str, holder: str | None = None, seconds: float = SECONDS
) -> Iterator[Held]:
    """Hold the lease of a site, with a heartbeat, for as long as the block runs."""
    held = take(state, site, kind, purpose, holder, seconds)
    held.start()
    try:
        yield held
    finally:
        held.release()


@contextmanager
def join(state: Path, site: str, epoch: int, seconds: float = SECONDS) -> Iterator[Held]:
    """Keep and at the end give back a lease that another process took and shared: what a guard does after its runner.

    Raises LeaseLost when the lease of that epoch is no longer in force.
    """
    lease = _read(_path(state, site))[1]
    if lease is None or lease.epoch != epoch:
        raise LeaseLost(f"the lease {epoch} on {site} is no longer in force", "stop and look")
    held = Held(state, lease, seconds)
    held.renew()
    held.start()
    try:
        yield held
    finally:
        held.release()
