"""The system `facility` in the twin: gateways in both buildings; a probe writes into an agent and reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bcp.until import until
from tests.twin.look import apply_servers, checks, verdicts
from twin.room import Twin

ENTRY = "http://198.18.8.1:8080"
PATIENCE_SECONDS = 120.0
GATEWAY = "/usr/bin/python3 /usr/local/sbin/mroom-facility"


@pytest.fixture(scope="module", autouse=True)
def applied(twin: Twin) -> None:
    apply_servers(twin)


@pytest.fixture(autouse=True)
def whole(twin: Twin) -> Iterator[None]:
    """Each test begins and leaves the system with fac-s serving and fac-c beside it."""
    assert until(lambda: at_entry(twin, "/note", "PUT").get("host") == "fac-s", PATIENCE_SECONDS) is not None
    yield
    twin.mend()
    for host in ("fac-s", "fac-c"):
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        twin.exec(host, ["pkill", "-CONT", "-f", GATEWAY])
    assert until(lambda: at_entry(twin, "/note", "PUT").get("host") == "fac-s", PATIENCE_SECONDS) is not None
    assert until(lambda: verdicts(twin)["facility"] == {True}, PATIENCE_SECONDS) is not None


def at_entry(twin: Twin, path: str, method: str = "GET") -> dict[str, Any]:
    """The document that staff get at the entry; empty when they get none."""
    said = twin.exec("staff", ["curl", "-s", "-m", "5", "-X", method, "-d", "test", ENTRY + path]).stdout
    try:
        return dict(json.loads(said))
    except ValueError:
        return {}


def test_a_note_is_written_in_one_building_and_read_in_the_other(twin: Twin) -> None:
    own = [row for row in checks(twin) if row["element"] == "facility"]
    assert own
    assert all(row["ok"] for row in own), own
    assert all("read back through fac-c" in row["message"] for row in own), own


def test_what_a_device_shows_comes_from_its_agent(twin: Twin) -> None:
    twin.set("ups-c-b", {"battery": "0.25"})
    try:
        values = at_entry(twin, "/devices/ups-c-b")["values"]
        assert values[".1.3.6.1.2.1.33.1.2.4.0"] == "25"
    finally:
        twin.set("ups-c-b", {"battery": "1"})


def test_gateways_that_stand_still_in_both_buildings_fail_this_system_and_no_other(twin: Twin) -> None:
    for host in ("fac-s", "fac-c"):
        assert twin.exec(host, ["pkill", "-STOP", "-f", GATEWAY]).returncode == 0
    assert until(lambda: verdicts(twin)["facility"] == {False}, PATIENCE_SECONDS) is not None
    assert verdicts(twin)["website"] == {True}


def test_without_the_second_building_the_other_gateway_serves(twin: Twin) -> None:
    twin.break_("fac-s")
    assert until(lambda: at_entry(twin, "/note", "PUT").get("host") == "fac-c", PATIENCE_SECONDS) is not None
    own = [row for row in checks(twin) if row["element"] == "facility"]
    assert all(row["ok"] for row in own), own
    assert all("locally" in row["message"] for row in own), own


@pytest.mark.parametrize(
    ("path", "method", "error"),
    [("/devices/no-such", "GET", "no such thing"), ("/note?x", "PUT", "no such thing"), ("/", "GET", "no such thing")],
)
def test_what_is_not_there_is_told(twin: Twin, path: str, method: str, error: str) -> None:
    assert error in at_entry(twin, path, method)["error"]
