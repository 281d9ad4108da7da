"""`mroom drill` where no twin is up: what it tells, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from mroom import schemas

MROOM = str(Path(sys.executable).with_name("mroom"))


def mroom(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([MROOM, "drill", *words], capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("drill", ["line-cut", "line-silent"])
def test_a_drill_without_a_twin_ends_with_a_sentence_and_the_code_for_unreachable(drill):
    code, out, err = mroom("run", drill, "--json")
    assert code == 7
    error = json.loads(out)["error"]
    assert error["code"] == "no-twin"
    assert "drills run in the twin" in error["message"]
    assert "mroom twin up" in error["hint"]
    assert "Traceback" not in err


def test_the_drills_are_listed_and_shown_with_all_promised_keys():
    code, out, _ = mroom("list", "--json")
    drills = {row["id"]: row for row in json.loads(out)["drills"]}
    assert code == 0
    assert {"line-cut", "line-silent"} <= set(drills)
    jsonschema.validate(json.loads(out), schemas.schema("drill list"))
    code, out, _ = mroom("show", "line-silent", "--json")
    shown = json.loads(out)
    jsonschema.validate(shown, schemas.schema("drill show"))
    assert shown["drills"][0]["id"] == shown["id"] == "line-silent"
    assert shown["undo"] == ["mend line-a"]


def test_a_plan_touches_nothing_and_needs_no_room():
    code, out, _ = mroom("run", "line-cut", "--element", "line-b", "--plan")
    assert code == 0
    assert "break line-b: cut" in out
    assert "risk" in out


def test_nothing_ran_and_nothing_is_left():
    assert mroom("history", "--json")[:2] == (0, '{\n  "runs": []\n}\n')
    assert mroom("recover", "--json")[:2] == (0, '{\n  "runs": []\n}\n')


@pytest.mark.parametrize(
    "words",
    [("run", "line-cutt"), ("run", "line-cut", "--element", "outside-a"), ("show", "x"), ("history", "x"), ("run",)],
)
def test_a_mistake_in_the_call_is_told_as_one(words):
    code, _, err = mroom(*words)
    assert code == 2
    assert "Traceback" not in err
