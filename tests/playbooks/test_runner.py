"""The runner around Ansible: its folder, its environment, hosts that do not answer, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bcp.until import until
from playbooks import runner
from playbooks.runner import RunFailed, Strategy

ROOT = Path(__file__).parents[2]
SITE = ROOT / "inventory/sites/nishinomiya"
REFUSES = "#!/bin/sh\necho 'ssh: connect to host 198.18.35.10 port 22: Connection refused' >&2\nexit 255\n"
HANGS = "#!/bin/sh\necho $$ >>{pids}\nexec sleep 600\n"


@pytest.fixture
def fake_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program called ssh before the real one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    # The runner looks beside its own interpreter first, where no ssh is.
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def write(text: str) -> None:
        (folder / "ssh").write_text(text)
        (folder / "ssh").chmod(0o755)

    return write


@pytest.mark.parametrize("strategy", [Strategy.linear, Strategy.mitogen])
def test_a_host_that_does_not_answer_is_one_row(
    tmp_path: Path, fake_ssh: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, strategy: Strategy
):
    fake_ssh(REFUSES)
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "do-not-write-me-down")
    outcome = runner.run(SITE, tmp_path / "state", ["web-s"], strategy=strategy)
    (row,) = outcome.results
    assert (row.object, row.state, row.unreachable) == ("web-s", "failed", True)
    assert "refused" in row.message.lower() or "198.18.35.10" in row.message
    assert outcome.folder.stat().st_mode & 0o777 == 0o700
    written = [path for path in outcome.folder.rglob("*") if path.is_file()]
    assert written, "ansible-runner left no artifacts to look through"
    assert not [path for path in written if b"do-not-write-me-down" in path.read_bytes()]


def test_the_folder_of_a_run_is_new_and_only_the_last_ten_are_kept(tmp_path: Path):
    folders = [runner._folder(tmp_path) for _ in range(13)]
    assert len(set(folders)) == 13
    left = set((tmp_path / "runs").iterdir())
    assert len(left) == runner.KEPT
    assert folders[-1] in left


def test_a_playbook_that_cannot_be_read_is_a_sentence_and_not_a_green_run(tmp_path: Path):
    with pytest.raises(RunFailed, match="ansible ended with") as failed:
        runner.run(tmp_path / "no-such-site", tmp_path / "state", ["web-s"])
    assert failed.value.exit_code == 1
    assert str(tmp_path / "state" / "runs") in failed.value.hint


def test_mitogen_is_taken_where_it_can_be_imported(monkeypatch: pytest.MonkeyPatch):
    assert runner.choose(Strategy.auto) is Strategy.mitogen
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert runner.choose(Strategy.auto) is Strategy.linear
    with pytest.raises(RunFailed, match="not installed"):
        runner.choose(Strategy.mitogen)


@pytest.mark.parametrize("strategy", ["linear", "mitogen"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_every_child(tmp_path: Path, fake_ssh: Callable[[str], None], strategy: str, number: int):
    pids = tmp_path / "pids"
    fake_ssh(HANGS.format(pids=pids))
    program = (
        "import sys, pathlib; from playbooks import runner\n"
        f"runner.run(pathlib.Path({str(SITE)!r}), pathlib.Path({str(tmp_path / 'state')!r}), ['web-s', 'web-c'],"
        f" strategy=runner.Strategy({strategy!r}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert until(lambda: pids.exists() and len(pids.read_text().split()) >= 2, 120) is not None, (
            "ssh was never started"
        )
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
    finally:
        process.kill()
    assert "KeyboardInterrupt" in said
    started = [int(pid) for pid in pids.read_text().split()]
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), 30) is not None, (
        "ssh outlived the run"
    )
