"""`validate`, `show` and `schema` as a person and a program call them."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import typer

from mroom import cli, schemas
from tests.inventory.edits import BASE, HERE, build, load_case

ROOT = Path(__file__).parents[2]
WITHOUT_DOCUMENT = {"twin shell", "schema"}
cli.register_all()


def mroom(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from mroom.cli import main; main()", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


CHECKER = jsonschema.FormatChecker()


@CHECKER.checks("date-time", raises=ValueError)
def rfc_3339(text: object) -> bool:
    """With an offset, which jsonschema leaves unchecked without a further package."""
    return not isinstance(text, str) or ("T" in text and dt.datetime.fromisoformat(text).tzinfo is not None)


def fits(verb: str, output: str) -> dict[str, object]:
    document = json.loads(output)
    jsonschema.validate(document, schemas.schema(verb), format_checker=CHECKER)
    return document


def test_a_valid_site_is_said_to_be_valid():
    answer = mroom("validate")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("nishinomiya: valid (4 buildings,")


def test_a_valid_site_in_json():
    answer = mroom("validate", "--json")
    document = fits("validate", answer.stdout)
    assert answer.returncode == 0
    assert (document["site"], document["ok"], document["errors"]) == ("nishinomiya", True, [])


def test_every_problem_is_told_with_where_expected_found_and_next(tmp_path: Path):
    folder = build(load_case(HERE / "errors" / "many-faults-at-once.yaml"), tmp_path / "site")
    answer = mroom("validate", "--site", str(folder), cwd=tmp_path)
    assert answer.returncode == 3
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("site/bad.yaml:2:1: ")
    assert [line.split(":")[0] for line in lines[1:4]] == ["  expected", "  found", "  next"]
    assert lines[-1].endswith("7 problems in 7 files")


def test_the_same_problems_in_json(tmp_path: Path):
    folder = build(load_case(HERE / "errors" / "many-faults-at-once.yaml"), tmp_path / "site")
    answer = mroom("validate", "--site", str(folder), "--json", cwd=tmp_path)
    document = fits("validate", answer.stdout)
    assert answer.returncode == 3
    assert document["ok"] is False
    assert {error["code"] for error in document["errors"]} >= {"syntax", "reference", "wrong-type", "lines-share-duct"}


def test_an_accepted_exception_is_listed(tmp_path: Path):
    case = load_case(HERE / "errors" / "accepted.yaml")
    case["edits"][1]["to"] = case["edits"][1]["to"].replace("2026-06-01", "9999-12-31")
    folder = build(case, tmp_path / "site")
    document = fits("validate", mroom("validate", "--site", str(folder), "--json").stdout)
    assert document["ok"] is True
    assert document["accepted"] == [
        {"code": "single-cord", "element": "w-core", "reason": "部品待ち", "by": "係長", "until": "9999-12-31"}
    ]


def test_an_empty_folder_is_an_invalid_inventory(tmp_path: Path):
    answer = mroom("validate", "--site", str(tmp_path), "--json")
    assert answer.returncode == 3
    assert fits("validate", answer.stdout)["errors"][0]["code"] == "no-yaml"


def test_another_verb_on_an_invalid_inventory_says_how_to_see_it_all(tmp_path: Path):
    folder = build(load_case(HERE / "errors" / "many-faults-at-once.yaml"), tmp_path / "site")
    answer = mroom("show", "--site", str(folder), "--json")
    assert answer.returncode == 3
    error = fits("show", answer.stdout)["error"]
    assert error["code"] == "invalid"
    assert "mroom validate" in error["hint"]


def test_the_list_of_elements_in_json():
    document = fits("show", mroom("show", "--json").stdout)
    assert {"id": "line-a", "kind": "line"} in document["elements"]
    assert len(document["elements"]) >= 250


def test_an_element_in_json_and_for_a_person():
    document = fits("show", mroom("show", "core-s1", "--json").stdout)
    assert document["place"]["building"] == "second"
    text = mroom("show", "core-s1").stdout
    assert "第二庁舎コア1" in text
    assert "198.18.0.31 (loopback)" in text


def test_an_unknown_element_is_a_mistake_in_the_call_with_close_matches():
    answer = mroom("show", "core-s11", "--json", "--site", str(BASE))
    assert answer.returncode == 2
    answer = mroom("show", "cor-s1", "--json")
    error = json.loads(answer.stdout)["error"]
    assert (answer.returncode, error["code"]) == (2, "element")
    assert "core-s1" in error["hint"]


def leaves(command: object, path: str = "") -> list[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path]
    return [leaf for key, sub in inner.items() for leaf in leaves(sub, f"{path} {key}".strip())]


@pytest.mark.parametrize("verb", sorted(set(leaves(typer.main.get_command(cli.app))) - WITHOUT_DOCUMENT))
def test_the_output_of_every_verb_has_a_published_schema(verb: str):
    answer = mroom("schema", *verb.split())
    assert answer.returncode == 0, answer.stderr
    jsonschema.Draft202012Validator.check_schema(json.loads(answer.stdout))


def test_the_schema_of_the_site_is_the_one_in_the_tree():
    file = json.loads((ROOT / "inventory" / "schema" / "site.schema.json").read_text(encoding="utf-8"))
    assert json.loads(mroom("schema").stdout) == file


def test_a_schema_that_is_not_there_is_a_mistake_in_the_call():
    answer = mroom("schema", "twin", "statos")
    assert answer.returncode == 2
    assert "twin status" in answer.stderr


SYSTEM = {"id": "x", "state": "down", "why": ["a", "x"], "back_by": "repair"}
CHECK = {"id": "c", "element": "e", "ok": None, "message": ""}
CHANGE = {"id": "1", "when": "2026-01-01T00:00:00+09:00", "author": "a", "approver": None, "objects": [], "state": "s"}
DOCUMENTS = [
    ("impact", {"out": ["a"], "lost": [], "systems": [SYSTEM]}, True),
    ("impact", {"out": ["a"], "lost": [], "systems": [{**SYSTEM, "state": "gone"}]}, False),
    ("impact", {"order": [["a", "b"], ["c"]]}, True),
    ("check", {"checks": [CHECK], "ok": True, "more": 1}, True),
    ("check", {"checks": []}, False),
    ("check", {"error": {"code": "a", "message": "b", "hint": "c"}}, True),
    ("changes", {"changes": [CHANGE]}, True),
    ("changes", {"changes": [{**CHANGE, "when": "2026-01-01 00:00"}]}, False),
]


@pytest.mark.parametrize(("verb", "document", "right"), DOCUMENTS)
def test_a_schema_takes_what_is_promised_and_refuses_what_is_not(verb: str, document: object, right: bool):
    validator = jsonschema.Draft202012Validator(schemas.schema(verb), format_checker=CHECKER)
    assert validator.is_valid(document) == right
