"""The catalogue format: every fault is told with its line (golden files), and the shipped one is honest."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from audit.item import Category, Class, Mark, Origin
from audit.shelf import WORKING, CatalogueInvalid, check, load
from inventory.reading.files import decode, read_folder

HERE = Path(__file__).parent
INPUTS = sorted((HERE / "catalogue_errors").glob("*.yaml"))


@pytest.fixture(scope="module")
def working():
    return load()


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_a_wrong_catalogue_is_told_as_the_golden_file_says(path):
    catalogue, problems = check([decode(path.name, path.read_bytes())])
    told = "".join(f"{problem.text()}\n" for problem in problems)
    golden = path.with_suffix(".expected")
    if os.environ.get("MROOM_GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert problems
    assert catalogue is None


def test_all_wrong_files_of_a_folder_are_told_in_one_run(tmp_path):
    for path in INPUTS[:3]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(CatalogueInvalid) as error:
        load(tmp_path)
    assert error.value.exit_code == 3
    assert {Path(problem.file).name for problem in error.value.problems} >= {path.name for path in INPUTS[:3]}


def test_the_shipped_catalogue_has_the_declared_totals_in_the_six_categories(working):
    assert (working.head.declared, working.head.goal) == (47, 42)
    assert len(working.items) == 47
    assert Counter(item.category for item in working.items.values()) == {
        Category.building: 7,
        Category.security: 9,
        Category.electricity: 11,
        Category.cooling: 7,
        Category.communication: 7,
        Category.operation: 6,
    }
    assert list(dict.fromkeys(item.category for item in working.items.values())) == list(Category)


def test_the_shipped_catalogue_never_passes_for_the_official_one(working):
    assert working.head.official is False
    assert "JDCC" in working.head.notice.ja
    assert "JDCC" in working.head.notice.en
    for item in working.items.values():
        assert item.origin is Origin.working
        assert item.number is None  # an official number is not known, so none may be written down
        assert not re.fullmatch(r"[bsemto]-?[0-9]+", item.id)
        assert item.sources, item.id
        assert item.evidence, item.id
    text = "".join(source.text for source in read_folder(WORKING))
    assert "certified" not in text


def test_pml_is_marked_as_derived_and_only_the_readable_recommended_item_as_such(working):
    pml = working.items["building-pml"]
    assert pml.mark is Mark.derived
    assert pml.evidence[0].attestation.value.below == 20
    floor = working.items["building-raised-floor"]
    assert (floor.class_, floor.mark) == (Class.recommended, Mark.secondary)


def test_uptime_is_cited_only_beside_rules_of_its_own_and_never_for_the_main_source(working):
    assert "S13" not in working.items["power-commercial-main"].sources
