"""Rules for every verb, however many there are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer

from mroom import cli

ROOT = Path(__file__).parent.parent
WITHOUT_JSON = {"twin shell", "schema"}
"""`twin shell` gives the command's own output; `schema` always prints one document."""


BEYOND_REQUIRED = {"twin mend": ["--all"]}
"""What a call must have although no single option must."""


def leaves(command: Any, path: str = "") -> dict[str, Any]:
    """Every verb that does something, by what is typed after `mroom`."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path: command}
    return {name: leaf for key, sub in inner.items() for name, leaf in leaves(sub, f"{path} {key}".strip()).items()}


cli.register_all()
ROOT_COMMAND = typer.main.get_command(cli.app)
VERBS = leaves(ROOT_COMMAND)


def mroom(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from mroom.cli import main; main()", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def called(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    """The same in this process, which is quicker: exit code, stdout, stderr."""
    monkeypatch.setattr(sys, "argv", ["mroom", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0), *capsys.readouterr()


def flags(verb: str) -> set[str]:
    return {flag for parameter in VERBS[verb].params for flag in parameter.opts}


def required(verb: str) -> list[str]:
    """Something fitting for every argument and option that must be there."""
    given: list[str] = []
    for parameter in VERBS[verb].params:
        if parameter.required:
            kind = parameter.type_descriptor.annotation
            choices = (
                [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
            )
            value = choices[0] if choices else "1"
            given += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return given


def test_the_help_is_quick_because_it_loads_nothing_heavy():
    code = """
import sys
from mroom import cli
cli.register_all()
heavy = {"netmiko", "paramiko", "pysnmp", "ansible", "ansible_runner", "numpy", "jinja2", "ruamel", "sqlite3"}
print(*sorted(heavy & {name.split(".")[0] for name in sys.modules}), "inventory.model" in sys.modules)
"""
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "False"


def test_the_help_lists_every_verb():
    shown = mroom("--help")
    assert shown.returncode == 0
    for verb in ROOT_COMMAND.commands:
        assert re.search(rf"^  {verb}\b", shown.stdout, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_that_names_it_and_an_explanation_of_every_option(verb):
    text = VERBS[verb].help
    examples = re.findall(r"^Example: (.+)$", text, re.MULTILINE)
    assert examples
    assert all(f"mroom {verb}" in example for example in examples)
    unexplained = [p.name for p in VERBS[verb].params if not getattr(p, "help", None) and p.name != "help"]
    assert unexplained == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_a_site_and_answers_in_json(verb):
    assert {"--site", "--json"} - flags(verb) <= ({"--json", "--site"} if verb in WITHOUT_JSON else set())


def one_document(output: str) -> Any:
    return json.loads(output)


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WITHOUT_JSON))
def test_a_site_that_is_not_there_is_a_mistake_in_the_call(verb, monkeypatch, capsys):
    call = [*verb.split(), *required(verb), *BEYOND_REQUIRED.get(verb, []), "--site", "/nowhere", "--json"]
    code, output, log = called(monkeypatch, capsys, *call)
    assert code == 2, log
    error = one_document(output)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert "/nowhere" in error["message"]
    assert error["hint"]


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WITHOUT_JSON))
def test_an_unknown_option_is_a_mistake_in_the_call(verb, monkeypatch, capsys):
    code, output, _ = called(monkeypatch, capsys, *verb.split(), "--no-such-option", "--json")
    assert code == 2
    assert one_document(output)["error"]["code"] == "usage"


def test_an_unknown_verb_is_a_mistake_in_the_call():
    plain, with_json = mroom("no-such-verb"), mroom("no-such-verb", "--json")
    assert (plain.returncode, plain.stdout) == (2, "")
    assert "no-such-verb" in plain.stderr
    assert one_document(with_json.stdout)["error"]["code"] == "usage"


def test_json_after_two_dashes_belongs_to_somebody_else():
    assert mroom("no-such-verb", "--", "--json").stdout == ""


def test_the_settings_file_names_the_site_unless_a_variable_or_a_flag_does(tmp_path):
    (tmp_path / "mroom.toml").write_text('site = "/from-file"\n')

    def named(*flag: str, **environment: str) -> str:
        answer = mroom("changes", "--json", *flag, cwd=tmp_path, **environment)
        return one_document(answer.stdout)["error"]["message"]

    assert "/from-file" in named()
    assert "/from-env" in named(MROOM_SITE="/from-env")
    assert "/from-flag" in named("--site", "/from-flag", MROOM_SITE="/from-env")


def test_a_broken_settings_file_is_named(tmp_path):
    (tmp_path / "mroom.toml").write_text("site = \n")
    answer = mroom("changes", "--json", cwd=tmp_path)
    assert answer.returncode == 2
    assert "mroom.toml" in one_document(answer.stdout)["error"]["message"]


def test_freeze_and_changes_answer_as_promised():
    assert one_document(mroom("freeze", "on", "--reason", "台風", "--json").stdout)["reason"] == "台風"
    lifted = one_document(mroom("freeze", "off", "--reason", "over", "--json").stdout)
    assert set(lifted) == {"frozen", "since", "by", "reason"}
    assert lifted["frozen"] is False
    assert one_document(mroom("changes", "--json").stdout) == {"changes": []}


def test_a_state_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    answer = mroom("changes", "--json", MROOM_STATE=str(tmp_path / "file" / "state"))
    assert answer.returncode == 2
    assert str(tmp_path / "file") in one_document(answer.stdout)["error"]["message"]


def test_a_reader_that_goes_away_is_no_crash():
    process = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c 'from mroom.cli import main; main()' schema | head -c 10"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "Traceback" not in process.stderr
