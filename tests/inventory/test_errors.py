"""Golden pairs: what is wrong in `errors/<case>.yaml`, and every word that `mroom validate` says about it beside it.

After an intended change of words: MROOM_GOLDEN=write pytest tests/inventory/test_errors.py, then read the diff.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest

import inventory
from inventory.codes import all_codes
from tests.inventory.edits import BASE, HERE, build, load_case

CASES = sorted((HERE / "errors").glob("*.yaml"))
TODAY = dt.date(2026, 6, 1)


def told(folder: Path) -> str:
    report = inventory.check(folder, TODAY)
    lines = [problem.text().replace(f"{folder}/", "").replace(str(folder), "SITE") for problem in report.problems]
    lines += [f"accepted: {a.code} of {a.element}: {a.reason} ({a.by}, until {a.until})" for a in report.accepted]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_fault_is_told_in_the_recorded_words(case: Path, tmp_path: Path):
    found = told(build(load_case(case), tmp_path / "site"))
    golden = case.with_suffix(".txt")
    if os.environ.get("MROOM_GOLDEN") == "write":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_the_base_site_of_the_cases_is_valid():
    assert inventory.check(BASE, TODAY).problems == ()


def test_every_code_is_shown_by_some_case():
    text = "".join(case.with_suffix(".txt").read_text(encoding="utf-8") for case in CASES)
    shown = {line.rsplit("[", 1)[1].rstrip("]") for line in text.splitlines() if re.match(r"\S.*\[[a-z-]+\]$", line)}
    assert all_codes() - shown == {"no-folder", "too-big"}, "test_check.py has these two"
    assert shown - all_codes() == set(), "codes that nobody explains"


def test_every_case_has_its_words_and_every_words_their_case():
    assert {path.stem for path in CASES} == {path.stem for path in (HERE / "errors").glob("*.txt")}
    assert len(CASES) >= 40
