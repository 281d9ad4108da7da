"""Adds up pytest's results: `counts.py FILE.xml…` prints one line, "N passed, N failed" (and skipped, if any)."""

from __future__ import annotations

import sys
from xml.etree import ElementTree


def count(files: list[str]) -> str:
    """The line for these JUnit files. An error in a fixture counts as a failure."""
    tests = failed = skipped = 0
    for file in files:
        for suite in ElementTree.parse(file).getroot().iter("testsuite"):  # noqa: S314 pytest wrote it
            tests += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    line = f"{tests - failed - skipped} passed, {failed} failed"
    return f"{line}, {skipped} skipped" if skipped else line


if __name__ == "__main__":
    print(count(sys.argv[1:]))
