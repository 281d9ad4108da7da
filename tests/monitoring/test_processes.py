"""Whether processes run: against this machine's own processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from monitoring.probes.processes import look

LINE = "import time; time.sleep(600)  # one to look for"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", LINE]) as started:
        yield started
        started.kill()


def _becomes(state: str, seen: Callable[[], str]) -> bool:
    deadline = time.monotonic() + 20
    while seen() != state and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen() == state


def test_a_process_runs_is_stopped_and_is_gone(process: subprocess.Popen[bytes]):
    def state() -> str:
        return look({"processes": {"it": f"{sys.executable} -c import time; .*one to look for"}})["it"]

    assert _becomes("running", state)
    process.send_signal(signal.SIGSTOP)
    assert _becomes("stopped", state)
    process.send_signal(signal.SIGCONT)
    assert _becomes("running", state)
    process.kill()
    assert _becomes("missing", state), "a dead process that nobody has waited for does not run"


def test_a_name_in_the_middle_of_a_command_line_is_not_the_program(process: subprocess.Popen[bytes]):
    assert look({"processes": {"it": "one to look for"}}) == {"it": "missing"}
