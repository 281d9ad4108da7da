"""Every fault of a drill file is told with its line; golden files beside the inputs hold the words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import inventory
from bcp.drill import Drill
from bcp.shelf import DrillsInvalid, NoSuchDrill, load, load_all, read
from inventory.reading.files import decode

HERE = Path(__file__).parent
INPUTS = sorted((HERE / "drill_errors").glob("*.yaml"))


@pytest.fixture(scope="module")
def site():
    return inventory.load(HERE.parent.parent / "inventory" / "sites" / "nishinomiya")


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_a_wrong_file_is_told_as_the_golden_file_says(path, site):
    source = decode(path.name, path.read_bytes())
    _, problems = read(source, site)
    told = "".join(f"{problem.text()}\n" for problem in sorted(problems))
    golden = path.with_suffix(".expected")
    if os.environ.get("MROOM_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert problems


def test_each_drill_of_the_shelf_fits_the_example_site(site):
    drills = load_all(site)
    assert {"line-cut", "line-silent"} <= set(drills)
    assert all(isinstance(drill, Drill) and drill.id == name for name, drill in drills.items())


def test_one_wrong_file_tells_of_all_and_ends_with_the_code_for_invalid_input(tmp_path, site):
    for path in INPUTS[:3]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(DrillsInvalid) as error:
        load_all(site, tmp_path)
    assert error.value.exit_code == 3
    assert {Path(problem.file).name for problem in error.value.problems} == {path.name for path in INPUTS[:3]}


def test_a_drill_that_nobody_wrote_is_a_mistake_in_the_call(site):
    with pytest.raises(NoSuchDrill, match="line-cutt") as error:
        load("line-cutt", site)
    assert error.value.exit_code == 2
    assert "line-cut" in error.value.hint
