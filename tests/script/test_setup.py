"""The set-up leaves the machine as it was, whatever happens to it, and says why when it cannot go on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = "source script/lib/common.sh; source script/lib/debian.sh; source script/lib/python.sh"


def bash(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run bash code with the functions of the set-up and an environment that has nothing else."""
    return subprocess.run(
        ["/bin/bash", "-euc", f"{SOURCES}; {code}", "setup"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("previous", [None, "#!/bin/sh\n# of the administrator\nexit 0\n"], ids=["none", "one"])
@pytest.mark.parametrize(
    "steps",
    [
        "policy_put; policy_back",
        "policy_put; policy_put; policy_back",  # the first one was killed before it put things back
        "policy_put; policy_back; policy_back",
        "trap policy_back EXIT; policy_put; exit 1",
        "trap policy_back EXIT; policy_put; false",
    ],
)
def test_the_policy_of_the_machine_comes_back_whatever_happens(tmp_path, previous, steps):
    policy = tmp_path / "policy-rc.d"
    if previous is not None:
        policy.write_text(previous)
        policy.chmod(0o744)
    bash(f"policy={policy}; {steps}")
    assert [path.name for path in tmp_path.iterdir()] == ([] if previous is None else ["policy-rc.d"])
    if previous is not None:
        assert policy.read_text() == previous
        assert policy.stat().st_mode & 0o777 == 0o744


def test_a_copy_made_by_a_set_up_that_was_killed_right_after_it_is_dropped(tmp_path):
    policy, copy = tmp_path / "policy-rc.d", tmp_path / "policy-rc.d.before-mroom"
    policy.write_text("theirs\n")
    copy.write_text("theirs\n")
    assert bash(f"policy={policy}; policy_back").returncode == 0
    assert policy.read_text() == "theirs\n"
    assert not copy.exists()


def test_while_packages_are_installed_no_daemon_may_be_started(tmp_path):
    policy = tmp_path / "policy-rc.d"
    assert bash(f"policy={policy}; policy_put; {policy} nginx start").returncode == 101


def test_only_what_no_alternative_stands_for_is_missing(tmp_path):
    rows = [
        "# a comment",
        "",
        "bash  a.service",
        "no-such-one|bash",
        "no-such-two|no-such-three x.service",
        "~no-such-four",
    ]
    (tmp_path / "list").write_text("\n".join(rows) + "\n")
    assert bash(f"list={tmp_path / 'list'}; missing").stdout == "no-such-two\n"


def test_without_root_a_missing_package_is_named_and_nothing_is_tried(tmp_path):
    (tmp_path / "list").write_text("no-such-package\n")
    done = bash(f"id() {{ echo 1000; }}; list={tmp_path / 'list'}; debian_packages")
    assert done.returncode == 1
    assert "installing no-such-package needs root" in done.stderr
    assert "next: run it with sudo" in done.stderr


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "the disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("Err:1 mirror InRelease\n  Temporary failure resolving 'mirror'", "mirrors cannot be reached"),
        ("error: Request failed after 3 retries\n  Caused by: error sending request", "mirrors cannot be reached"),
        ("E: Unable to locate package frr", "Unable to locate package frr"),
    ],
)
def test_why_an_installation_failed_is_said_in_a_sentence(tmp_path, log, said):
    (tmp_path / "log").write_text(log + "\n")
    done = bash(f"explain {tmp_path / 'log'} 'do this'")
    assert done.returncode == 1
    assert said in done.stderr
    assert "\n  next: " in done.stderr


def test_every_package_has_one_row_and_every_daemon_a_unit():
    rows = [line.split() for line in (ROOT / "script" / "packages.txt").read_text().splitlines()]
    rows = [row for row in rows if row and not row[0].startswith("#")]
    assert len({row[0] for row in rows}) == len(rows)
    assert all("." in unit for row in rows for unit in row[1:])


@pytest.mark.parametrize("script", ["setup", "test", "up"])
def test_a_wrong_argument_is_a_mistake_in_the_call(script):
    done = subprocess.run(
        ["/bin/bash", str(ROOT / "script" / script), "no-such-thing"],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "next:" in done.stderr
