"""The two verbs that answer from the graph: their documents, words and exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import inventory
from mroom import schemas

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "inventory" / "sites" / "nishinomiya"


def mroom(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from mroom.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def document(verb: str, *arguments: str, code: int = 0):
    answer = mroom(verb, *arguments, "--json")
    assert answer.returncode == code, answer.stderr
    found = json.loads(answer.stdout)
    jsonschema.validate(found, schemas.schema(verb))
    return found


@pytest.fixture(scope="module")
def weak_site(tmp_path_factory) -> Path:
    """The example, but victim support relies on one machine in the computer building."""
    folder = tmp_path_factory.mktemp("weak") / "site"
    shutil.copytree(EXAMPLE, folder)
    systems = folder / "systems.yaml"
    text = systems.read_text(encoding="utf-8")
    members = "members: [vs-s, vs-c]"
    assert members in text
    systems.write_text(text.replace(members, f"{members}\n    needs: [fac-c]"), encoding="utf-8")
    return folder


def test_prove_holds_for_the_example_and_says_for_which_inventory():
    found = document("prove")
    assert found["order"] == 2
    assert found["inventory_sha256"] == inventory.digest(EXAMPLE)
    assert "MOCUS" in found["method"]
    assert "scenarios" in found["method"]
    seven = [system for system in found["systems"] if not system["neighbour"]]
    assert len(seven) == 7
    assert all(system["spof"] == [] and system["cut_sets"] for system in seven)
    assert all(row["ok"] and row["loses"] == [] for row in found["maintainable"])


def test_prove_tells_a_person_the_same():
    answer = mroom("prove", "--order", "1", "--sets")
    assert answer.returncode == 0
    assert "fire-dispatch (neighbour)" in answer.stdout
    assert "      {s-power}\n" in answer.stdout
    assert answer.stdout.endswith("holds\n")


@pytest.mark.parametrize("order", ["0", "4", "two"])
def test_an_order_out_of_range_is_a_mistake_in_the_call(order):
    assert document("prove", "--order", order, code=2)["error"]["code"] == "usage"


def test_prove_fails_when_a_single_point_is_not_accepted(weak_site):
    found = document("prove", "--order", "1", "--site", str(weak_site), code=1)
    weak = next(system for system in found["systems"] if system["id"] == "victim-support")
    assert {"fac-c", "c-r2", "computer"} <= set(weak["spof"])
    assert {"element": "fac-c", "ok": False, "loses": ["victim-support"]} in found["maintainable"]


def test_impact_tells_states_reasons_and_what_brings_back():
    found = document("impact", "second")
    assert found["out"] == ["second"]
    assert {"s-room", "web-s", "crisis"} <= set(found["lost"])
    systems = {system["id"]: system for system in found["systems"]}
    assert len(systems) == 9
    assert (systems["website"]["state"], systems["website"]["back_by"]) == ("degraded", "automatic")
    assert (systems["fire-dispatch"]["state"], systems["fire-dispatch"]["back_by"]) == ("down", "repair")
    assert systems["website"]["why"] == ["second", "s-room", "s-r4", "web-s", "website@second", "website"]


def test_impact_tells_a_person_the_same():
    answer = mroom("impact", "second")
    assert answer.returncode == 0
    assert "fire-dispatch    down      back by repair" in answer.stdout


def test_the_restart_order_is_of_the_whole_site_or_of_what_was_lost():
    whole = document("impact", "--restart-order")["order"]
    assert sum(len(layer) for layer in whole) >= 250
    some = document("impact", "ups-s-a", "--restart-order")["order"]
    assert some[0] == ["ups-s-a"]
    assert "pdu-s-r1-a" in some[1]
    assert "ats-s-a" not in {id_ for layer in some for id_ in layer}


# what is typed, what the answer must say
WRONG = {
    "a slip of the pen": (["lin-a"], "did you mean line-a"),
    "a LAN": (["s-myn"], "sw-s-myn"),
    "nothing": ([], "--restart-order"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_out_is_a_mistake_in_the_call(arguments, said):
    error = document("impact", *arguments, code=2)["error"]
    assert said in error["hint"]
