"""Runs the playbook through ansible-runner and reports one typed row per host.

Each run has a folder of its own under the state (mode 0700), since ansible-runner merges what it finds in an old one
into the next run. The environment that it writes down there is a list of harmless names, so a secret that the caller
holds in a variable does not reach the disk.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbooks.environment import FOLDER, RunFailed, Strategy, choose, harmless, variables
from playbooks.events import Collector, Event, HostResult
from playbooks.processes import VARIABLE, end_all

__all__ = ["KEPT", "Outcome", "RunFailed", "Strategy", "choose", "run"]

KEPT = 10
"""Folders of earlier runs that are left for whoever wants to look."""


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    results: tuple[HostResult, ...]
    seconds: float
    strategy: Strategy
    folder: Path
    """Ansible's own output and events."""


def run(
    site: Path,
    state: Path,
    hosts: Sequence[str],
    *,
    check: bool = False,
    strategy: Strategy = Strategy.auto,
    on_task: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Bring `hosts` to what the inventory says; with `check` only tell what that would change.

    `site` is the site's folder. Raises RunFailed, and KeyboardInterrupt after Ctrl-C when all of Ansible has ended.
    """
    import ansible_runner

    chosen = choose(strategy)
    folder = _folder(state)
    collector = Collector()

    def take(event: Event) -> bool:
        if event.get("event") == "playbook_on_task_start":
            on_task(str(event["event_data"].get("task", "")))
        return collector.take(event)

    begun = time.monotonic()
    with _sockets(folder.name) as sockets, _cancelled() as cancelled:
        runner = ansible_runner.interface.init_runner(
            private_data_dir=str(folder),
            project_dir=str(FOLDER),
            playbook="site.yml",
            inventory=str(FOLDER / "inventory.py"),
            limit=",".join(hosts),
            cmdline="--diff --check" if check else "--diff",
            envvars={**variables(site, state, chosen, sockets), VARIABLE: folder.name},
            settings={"pexpect_timeout": 0.5},
            suppress_env_files=True,
            quiet=True,
            event_handler=take,
            cancel_callback=cancelled,
        )
        runner.config.env = {name: value for name, value in runner.config.env.items() if harmless(name)}
        runner.run()
    if runner.status == "canceled":
        raise KeyboardInterrupt
    if not collector.stats:
        raise RunFailed(f"ansible ended with {runner.rc}: {_tail(folder)}", f"its output is in {folder}")
    return Outcome(collector.results(hosts, check=check), time.monotonic() - begun, chosen, folder)


def _folder(state: Path) -> Path:
    runs = state / "runs"
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = sorted(runs.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in old[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%dT%H%M%S-"), dir=runs))


@contextmanager
def _sockets(run: str) -> Iterator[Path]:
    """A short path for ssh's control sockets (at most 108 bytes). Afterwards nothing that the run started is left."""
    with tempfile.TemporaryDirectory(prefix="mroom-ssh-") as name:
        try:
            yield Path(name)
        finally:
            end_all(run)


@contextmanager
def _cancelled() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM has come. ansible-runner would install handlers itself and never take them away."""
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    try:
        before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in numbers}
    except ValueError:  # not the main thread: whoever runs us there decides about signals
        yield lambda: False
        return
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tail(folder: Path) -> str:
    outputs: list[Any] = sorted(folder.glob("artifacts/*/stdout"))
    lines = [line for path in outputs for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return " ".join(lines[-3:])[:400] or "no output"
