"""What holds for every test: the two parts, and no state outside the test's own folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

import inventory
from twin import up as booting
from twin.failure import TwinFailure
from twin.room import Twin

TESTS = Path(__file__).parent

# A loaded machine is no reason to fail: what must be quick is measured by the benches.
hypothesis.settings.register_profile("mroom", deadline=None, print_blob=True)
hypothesis.settings.load_profile("mroom")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in tests/twin belongs to the part `twin`; elsewhere the marker says it."""
    for item in items:
        if TESTS / "twin" in item.path.parents:
            item.add_marker("twin")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without root the part `twin` fails: a part that was left out must not look like one that passed."""
    if item.get_closest_marker("twin") and os.geteuid() != 0:
        pytest.fail("this test boots the twin and needs root: run `sudo script/test twin`", pytrace=False)


@pytest.fixture(autouse=True)
def own_state(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test of the part `unit` has a state folder of its own; those of the part `twin` share a booted one."""
    if not request.node.get_closest_marker("twin"):
        monkeypatch.setenv("MROOM_STATE", str(tmp_path / "state"))
        monkeypatch.delenv("MROOM_SITE", raising=False)


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """The example site, booted: the twin of $MROOM_STATE where one is up (and it stays up), else one for this run."""
    site = inventory.load(TESTS.parent / "inventory" / "sites" / "nishinomiya")
    given = os.environ.get("MROOM_STATE")
    if given:
        try:
            yield Twin.open(site, Path(given))
        except TwinFailure:
            pass
        else:
            return
    state = Path(given) if given else tmp_path_factory.mktemp("twin")
    booting.up(site, state, log=lambda _: None)
    try:
        yield Twin.open(site, state)
    finally:
        booting.down(state)
