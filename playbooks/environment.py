"""With which settings Ansible runs: its strategy, and the few variables that it is given."""

from __future__ import annotations

import importlib.util
import os
import sys
from enum import StrEnum
from pathlib import Path

from playbooks.processes import VARIABLE

FOLDER = Path(__file__).resolve().parent
_NAMES = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TERM", "TMPDIR", "MROOM_SITE", "MROOM_STATE", VARIABLE}
_PREFIXES = ("LC_", "ANSIBLE_", "AWX_", "RUNNER_", "ORIGINAL_STDOUT_CALLBACK")


class Strategy(StrEnum):
    auto = "auto"
    """mitogen where it can be imported, else linear (bench/results: the same result in a tenth of the time)."""
    linear = "linear"
    mitogen = "mitogen"


class RunFailed(Exception):
    """Ansible ended before it came to any host: a mistake in a playbook, in the inventory, or in the installation."""

    exit_code = 1
    code = "ansible"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def choose(strategy: Strategy) -> Strategy:
    """The strategy that a run will really use. Raises RunFailed when mitogen is asked for by name and is not there."""
    there = importlib.util.find_spec("ansible_mitogen") is not None
    if strategy is Strategy.mitogen and not there:
        raise RunFailed("mitogen is not installed", "install the package mitogen, or take the strategy linear")
    if strategy is Strategy.auto:
        return Strategy.mitogen if there else Strategy.linear
    return strategy


def variables(site: Path, state: Path, strategy: Strategy, sockets: Path) -> dict[str, str]:
    """What a run is given on top of the caller's environment. `sockets`: a folder for ssh's control sockets."""
    given = {
        "ANSIBLE_CONFIG": str(FOLDER / "ansible.cfg"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets),
        "MROOM_SITE": str(site),
        "MROOM_STATE": str(state),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    if strategy is Strategy.mitogen:
        plugins = Path(str(importlib.util.find_spec("ansible_mitogen").origin)).parent / "plugins" / "strategy"  # type: ignore[union-attr]  # choose() saw it
        # mitogen keeps its own connections: ssh must not share them behind its back
        given |= {
            "ANSIBLE_STRATEGY": "mitogen_linear",
            "ANSIBLE_STRATEGY_PLUGINS": str(plugins),
            "ANSIBLE_SSH_ARGS": "",
        }
    return given


def harmless(name: str) -> bool:
    """Whether a variable may reach Ansible, and so the disk: ansible-runner writes the environment down."""
    return name in _NAMES or name.startswith(_PREFIXES)
