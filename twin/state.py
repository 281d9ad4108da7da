"""What is written down about a twin for any later command to find: `$MROOM_STATE/twin/state.json`, and its lock."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from twin.failure import TwinFailure
from twin.keys import write_private
from twin.process import Process
from twin.wait import until


@dataclass(frozen=True)
class Fault:
    """Something that is broken on purpose. `undo` is what mending needs to know of how it was before."""

    id: str
    element: str
    kind: str
    since: str
    """RFC 3339."""
    params: dict[str, Any]
    undo: dict[str, Any]

    def document(self) -> dict[str, Any]:
        return {"id": self.id, "element": self.element, "kind": self.kind, "since": self.since, **self.params}


@dataclass(frozen=True)
class State:
    """`up` is False while the twin is still being made: then it dies with its runner."""

    site: str
    """Name of the site that was booted."""
    world: Process
    nodes: dict[str, Process]
    """PID 1 of each node that has power, as the host sees it."""
    bare: bool = False
    links: int = 0
    up: bool = False
    since: str = ""
    faults: tuple[Fault, ...] = ()
    faults_made: int = 0

    def with_node(self, name: str, process: Process | None) -> State:
        others = {node: pid for node, pid in self.nodes.items() if node != name}
        return replace(self, nodes={**others, name: process} if process else others)


def folder(state: Path) -> Path:
    """Everything that `down` removes."""
    return state / "twin"


def _file(state: Path) -> Path:
    return folder(state) / "state.json"


def load(state: Path) -> State | None:
    """What is written down, whether or not it still runs; None when there is nothing (readable)."""
    try:
        raw = json.loads(_file(state).read_text(encoding="utf-8"))
        return State(
            site=raw["site"],
            world=Process(**raw["world"]),
            nodes={name: Process(**process) for name, process in raw["nodes"].items()},
            bare=raw["bare"],
            links=raw.get("links", 0),  # a twin that an older version has booted
            up=raw["up"],
            since=raw["since"],
            faults=tuple(Fault(**fault) for fault in raw["faults"]),
            faults_made=raw["faults_made"],
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def save(state: Path, what: State) -> None:
    """Write it down so that it survives a power cut: file and folder are synced."""
    write_private(_file(state), json.dumps(asdict(what), ensure_ascii=False, indent=1))
    fd = os.open(folder(state), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


LOCK_SECONDS = 60.0
"""How long breaking and mending wait for each other: as long as a node may take to boot."""


@contextmanager
def lock(state: Path, seconds: float = 0.0) -> Iterator[None]:
    """One `up`, `down`, `break` or `mend` at a time. The kernel lets go of it when the holder dies."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def taken() -> list[str]:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ["the lock"]
        return []

    try:
        if until(taken, seconds):
            raise TwinFailure(
                f"another command is changing the twin of {state}",
                hint="wait until it has ended, or use another MROOM_STATE",
                code="busy",
            )
        yield
    finally:
        os.close(fd)
