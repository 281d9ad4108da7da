"""Whether processes run: against this machine's own processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bcp.until import until
from monitoring.probes.processes import look

LINE = "import signal; signal.pause()  # one to look for"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", LINE]) as started:
        yield started
        started.kill()


def _becomes(state: str, seen: Callable[[], str]) -> bool:
    return until(lambda: seen() == state, 20) is not None


def test_a_process_runs_is_stopped_and_is_gone(process: subprocess.Popen[bytes]):
    def state() -> str:
        return look({"processes": {"it": f"{sys.executable} -c import signal; .*one to look for"}})["it"]

    assert _becomes("running", state)
    process.send_signal(signal.SIGSTOP)
    assert _becomes("stopped", state)
    process.send_signal(signal.SIGCONT)
    assert _becomes("running", state)
    process.kill()
    assert _becomes("missing", state), "a dead process that nobody has waited for does not run"


def test_a_name_in_the_middle_of_a_command_line_is_not_the_program(process: subprocess.Popen[bytes]):
    assert look({"processes": {"it": "one to look for"}}) == {"it": "missing"}
