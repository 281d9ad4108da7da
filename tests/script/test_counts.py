"""The closing line adds up what pytest counted."""

from __future__ import annotations

import pytest

from script.lib.counts import count

SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("suites", "line"),
    [
        ([(5, 0, 0, 0)], "5 passed, 0 failed"),
        ([(5, 1, 1, 0), (3, 0, 0, 1)], "5 passed, 2 failed, 1 skipped"),
        ([], "0 passed, 0 failed"),
    ],
)
def test_errors_count_as_failures_and_files_are_added(tmp_path, suites, line):
    files = []
    for number, numbers in enumerate(suites):
        (tmp_path / f"{number}.xml").write_text(SUITE.format(*numbers))
        files.append(str(tmp_path / f"{number}.xml"))
    assert count(files) == line
