"""The roles: lint, syntax, and what they need to know about each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "playbooks"
SCRIPTS = sorted(p for p in FOLDER.glob("roles/*/templates/*.j2") if p.read_text().startswith("#!/bin/sh"))
ROLES = sorted(path for path in (FOLDER / "roles").iterdir() if path.is_dir())


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    return subprocess.run(words, cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_ansible_lint_finds_nothing():
    done = _run("ansible-lint", "--offline", "--nocolor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_playbook_is_syntactically_right():
    done = _run("ansible-playbook", "--syntax-check", "site.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)
def test_a_role_has_the_ecosystems_layout(role: Path):
    for part in ("tasks/main.yml", "defaults/main.yml", "meta/main.yml"):
        assert (role / part).is_file(), f"{role.name} lacks {part}"


@pytest.mark.parametrize(
    "role", [role for role in ROLES if (role / "services.yml").is_file()], ids=lambda path: path.name
)
def test_the_services_of_a_role_are_patterns(role: Path):
    for name, begins in yaml.safe_load((role / "services.yml").read_text()).items():
        re.compile(begins)
        assert re.match(r"^[a-z-]+$", name)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_shell_script_is_one_that_the_shell_can_read(path: Path, tmp_path: Path):
    values = {"mroom_header": "header", "service_name": "x", "service_description": "x", "service_command": "/bin/x y"}
    script = tmp_path / "script"
    script.write_text(jinja2.Template(path.read_text(), undefined=jinja2.StrictUndefined).render(values))
    done = subprocess.run(["/bin/sh", "-n", str(script)], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 0, done.stderr


def test_the_announcer_is_shipped_as_the_program_that_the_tests_try():
    assert (FOLDER / "roles/announce/files/mroom_announce.py").read_text().startswith("#!/usr/bin/python3\n")
