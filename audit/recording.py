"""Keeps the result of a testinfra suite in the journal: `pytest -p audit.recording --record-suite NAME …`.

One entry a run: every test with the element it was about and how it ended. A test is about the inventory's element that
its `host` fixture (testinfra) or its parameter `element` names; tests about nothing are kept with an empty element.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

KIND = "configuration"


def body(suite: str, inventory_sha256: str, results: list[dict[str, str]]) -> dict[str, Any]:
    """The entry's body. `results`: element, test, outcome (passed, failed, skipped)."""
    return {"suite": suite, "inventory_sha256": inventory_sha256, "results": results}


def pytest_addoption(parser: Any) -> None:
    """Pytest's hook: what is recorded, where, and against which inventory."""
    group = parser.getgroup("mroom")
    group.addoption("--record-suite", metavar="NAME", help="keep the results in the journal under this name")
    group.addoption("--record-state", metavar="FOLDER", help="the state folder (MROOM_STATE) whose journal keeps them")
    group.addoption("--record-site", metavar="FOLDER", help="the site folder that the tests are about")


def pytest_configure(config: Any) -> None:
    """Pytest's hook."""
    suite = config.getoption("--record-suite")
    if suite:
        config.pluginmanager.register(Recorder(config, suite), "mroom-recorder")


class Recorder:
    """Collects how each test ended; writes the entry when the session is over."""

    def __init__(self, config: Any, suite: str) -> None:
        import pytest

        self.suite, self.results = suite, dict[str, dict[str, str]]()
        given = [config.getoption(name) for name in ("--record-state", "--record-site")]
        if not all(given):
            raise pytest.UsageError("--record-suite needs --record-state FOLDER and --record-site FOLDER")
        self.state, self.site = Path(given[0]), Path(given[1])

    def pytest_runtest_setup(self, item: Any) -> None:
        """Before a test: it is on record as not run."""
        self.results[item.nodeid] = {"element": "", "test": item.nodeid, "outcome": "skipped"}

    def pytest_runtest_call(self, item: Any) -> None:
        """Its fixtures are there now: which element is it about?"""
        self.results[item.nodeid]["element"] = _element(item.funcargs)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A failure in any phase is a failure; passed means that the test itself ran and passed."""
        row = self.results.get(report.nodeid)
        if row is None:
            return
        if report.failed:
            row["outcome"] = "failed"
        elif report.when == "call" and report.passed and row["outcome"] != "failed":
            row["outcome"] = "passed"

    def pytest_sessionfinish(self) -> None:
        """Write the one entry."""
        import inventory
        import journal

        rows = [self.results[name] for name in sorted(self.results)]
        with journal.open(self.state) as opened:
            opened.append(KIND, body(self.suite, inventory.digest(self.site), rows))


def _element(funcargs: dict[str, Any]) -> str:
    if "element" in funcargs:
        return str(funcargs["element"])
    backend = getattr(funcargs.get("host"), "backend", None)
    return str(getattr(backend, "host", None) or getattr(backend, "hostname", "") or "")
