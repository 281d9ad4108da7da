"""`mroom audit`: what it prints, its exit codes, and that bad input is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from audit.shelf import WORKING
from mroom import schemas
from tests.audit.scene import SITE

MROOM = str(Path(sys.executable).with_name("mroom"))


def mroom(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([MROOM, "audit", *words], capture_output=True, text=True, check=False, timeout=280)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def error(output: str) -> dict[str, str]:
    return json.loads(output)["error"]


def smaller(folder: Path, goal: int, items: list[str]) -> Path:
    """A catalogue of some of the shipped items."""
    folder.mkdir()
    for path in WORKING.glob("*.yaml"):
        lines, kept, keep = path.read_text(encoding="utf-8").splitlines(), [], True
        for line in lines:
            if line.startswith("  ") and line[2] != " " and line.rstrip().endswith(":") and path.stem != "catalogue":
                keep = line.strip().rstrip(":") in items
            if keep:
                kept.append(line)
        text = "\n".join(kept) + "\n"
        if path.stem == "catalogue":
            text = text.replace("declared: 47", f"declared: {len(items)}").replace("goal: 42", f"goal: {goal}")
        if not text.strip().endswith("items:"):
            (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def test_the_example_with_an_empty_state_is_below_its_goal():
    code, out, _ = mroom("score", "--json")
    assert code == 1
    document = json.loads(out)
    jsonschema.validate(document, schemas.schema("audit score"))
    assert (document["catalogue"], document["declared"], document["goal"]) == ("working", 47, 42)
    assert document["unmet"] == 0
    assert 0 < document["met"] < 42


def test_a_person_reads_what_it_is_modelled_on_every_reason_and_every_exception(tmp_path):
    folder = tmp_path / "state" / "audit"
    folder.mkdir(parents=True)
    (folder / "w.yaml").write_text(
        "waivers: {w: {item: building-pml, rooms: [c-room], reason: 移設予定, approver: 課長, approved: 2020-01-01, "
        "until: 2099-01-01}}\n",
        encoding="utf-8",
    )
    code, out, _ = mroom("score")
    assert code == 1
    assert "modelled on JDCC FS-001 (as a guide" in out
    assert "certified" not in out
    assert "met of 47 (goal 42)" in out
    assert "c-room: exception: 移設予定 (課長, until 2099-01-01)" in out
    assert out.count(" unknown ") >= 20


def test_nothing_is_changed_by_a_look(tmp_path):
    import journal

    mroom("score")
    with journal.open(tmp_path / "state") as opened:
        assert opened.entries() == []


@pytest.mark.parametrize(
    ("items", "goal", "expected"),
    [
        (["building-pml", "cooling-temperature", "operation-muster"], 1, 5),
        (["building-pml", "cooling-redundancy"], 1, 0),
        (["building-pml", "cooling-redundancy"], 2, 1),
        (["building-pml"], 0, 5),
    ],
)
def test_the_exit_code_tells_reached_missed_and_nothing_checked(tmp_path, items, goal, expected):
    folder = smaller(tmp_path / "catalogue", goal, items)
    code, out, err = mroom("score", "--catalogue", str(folder))
    assert code == expected, err
    assert f"goal {goal}" in out


def test_a_site_without_a_machine_room_cannot_be_checked(tmp_path):
    site = shutil.copytree(SITE, tmp_path / "site")
    places = (site / "places.yaml").read_text(encoding="utf-8")
    (site / "places.yaml").write_text(places.replace("    machine_room: true\n", ""), encoding="utf-8")
    code, out, _ = mroom("score", "--site", str(site), "--json")
    assert code == 5
    assert json.loads(out)["unknown"] == 47


@pytest.mark.parametrize("at", ["yesterday", "2026-04-01", "2026-04-01T09:00:00"])
def test_a_time_without_an_offset_is_a_mistake_in_the_call(at):
    code, out, _ = mroom("score", "--at", at, "--json")
    assert (code, error(out)["code"]) == (2, "usage")


def test_a_catalogue_that_is_not_there_or_broken_is_told(tmp_path):
    code, out, _ = mroom("score", "--catalogue", "imported", "--json")
    assert (code, error(out)["code"]) == (2, "no-catalogue")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.yaml").write_text("items: {one: {colour: red}}\n")
    code, out, _ = mroom("score", "--catalogue", str(tmp_path / "c"), "--json")
    assert (code, error(out)["code"]) == (3, "catalogue-invalid")
    assert "x.yaml:1:" in error(out)["message"]


def test_wrong_papers_of_the_state_are_told(tmp_path):
    folder = tmp_path / "state" / "audit"
    folder.mkdir(parents=True)
    (folder / "papers.yaml").write_text("attestations:\n  a: {item: x}\n")
    code, out, _ = mroom("score", "--json")
    assert (code, error(out)["code"]) == (3, "papers-invalid")


@pytest.mark.parametrize(
    "url", ["http://user:hunter2@127.0.0.1:9090", "ftp://x", "127.0.0.1:9090", "http://x/?q=hunter2"]
)
def test_an_address_with_a_secret_or_of_another_kind_is_refused_and_not_repeated(url):
    code, out, err = mroom("score", "--prometheus", url, "--json")
    assert (code, error(out)["code"]) == (2, "usage")
    assert "hunter2" not in out + err


def test_a_prometheus_that_is_down_changes_nothing_but_its_own_reasons():
    code, out, _ = mroom("score", "--prometheus", "http://127.0.0.1:9", "--json")
    assert code == 1
    [row] = [row for row in json.loads(out)["items"] if row["id"] == "cooling-temperature"]
    assert row["verdict"] == "unknown"
    assert "does not answer" in row["why"]
