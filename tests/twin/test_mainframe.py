"""The stand-in for the host computer in the twin: one primary under the witness; what a promotion lost is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bcp.until import until
from monitoring.probes import mainframe_jobs
from monitoring.probes.far import Far
from tests.twin.look import apply_servers, checks, verdicts
from twin.room import Twin

ENTRY, PORT = "198.18.8.2", 7000
MEMBERS = ("mf-s", "mf-c")
PROGRAM = "/usr/bin/python3 /usr/local/sbin/mroom-mainframe-standin"
TAKE_OVER_SECONDS = 60.0
"""rto_seconds of the system. Lease (12 s), election and announcement take about 15 s."""
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module", autouse=True)
def applied(twin: Twin) -> None:
    apply_servers(twin)


@pytest.fixture(autouse=True)
def whole(twin: Twin) -> Iterator[None]:
    """Each test begins and leaves the system with one building that serves and one that has all of its jobs."""
    assert until(lambda: in_step(twin), PATIENCE_SECONDS, 0.5) is not None
    yield
    twin.mend()
    for host in MEMBERS:
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        twin.exec(host, ["pkill", "-CONT", "-f", PROGRAM])
    assert until(lambda: in_step(twin), PATIENCE_SECONDS, 0.5) is not None
    assert until(lambda: verdicts(twin)["mainframe"] == {True}, PATIENCE_SECONDS) is not None


def say(twin: Twin, line: str, client: str = "staff") -> str:
    """The answer at the entry; nothing when there is none."""
    command = f"echo '{line}' | timeout 3 socat -t 3 - TCP:{ENTRY}:{PORT},connect-timeout=2"
    return str(twin.exec(client, ["sh", "-c", command]).stdout).strip()


def document(said: str) -> dict[str, Any]:
    return dict(json.loads(said.partition(" ")[2] or "{}"))


def in_step(twin: Twin) -> bool:
    """Whether a job is taken in one building and found in the other."""
    words = say(twin, "SUBMIT in step?").split()
    return words[:1] == ["ACCEPTED"] and bool(
        until(lambda: say(twin, f"FIND {words[1]} COPY").startswith("FOUND"), 3.0) is not None
    )


def primary(twin: Twin) -> str:
    return str(document(say(twin, "STATUS"))["primary"])


def announcers(twin: Twin) -> list[str]:
    show = ["ip", "-4", "-o", "addr", "show", "dev", "lo"]
    return [host for host in MEMBERS if f"{ENTRY}/32" in twin.exec(host, show).stdout]


def test_a_job_is_taken_in_one_building_and_found_in_the_other(twin: Twin) -> None:
    first = primary(twin)
    (other,) = set(MEMBERS) - {first}
    own = [row for row in checks(twin) if row["element"] == "mainframe"]
    assert own
    assert all(row["ok"] and f"in the copy of {other}" in row["message"] for row in own), own
    assert announcers(twin) == [first]


def test_programs_that_stand_still_in_both_buildings_fail_this_system_and_no_other(twin: Twin) -> None:
    for host in MEMBERS:
        assert twin.exec(host, ["pkill", "-STOP", "-f", PROGRAM]).returncode == 0
    assert until(lambda: verdicts(twin)["mainframe"] == {False}, PATIENCE_SECONDS) is not None
    assert {system for system, said in verdicts(twin).items() if False in said} == {"mainframe"}
    assert until(lambda: announcers(twin) == [], PATIENCE_SECONDS) is not None


def test_with_both_lines_cut_there_is_still_one_primary_and_one_announcer(twin: Twin) -> None:
    first, epoch = primary(twin), document(say(twin, "STATUS"))["epoch"]
    near = "crisis" if first == "mf-s" else "staff"
    for line in ("line-a", "line-b"):
        twin.break_(line)
    # Longer than the lease: by then the other building would have taken over if anybody let it.
    assert until(lambda: announcers(twin) != [first], 15.0, 0.2) is None
    status = document(say(twin, "STATUS", near))
    assert (status["primary"], status["epoch"]) == (first, epoch)


def test_without_the_host_that_serves_the_other_does_and_what_was_lost_is_counted_and_listed(twin: Twin) -> None:
    first = primary(twin)
    (other,) = set(MEMBERS) - {first}
    config = {"address": ENTRY, "port": PORT, "timeout_seconds": 2.0, "per_second": 50, "max_seconds": 300}
    far = Far(
        "staff", lambda node, command: twin.command(node, ["sh", "-c", command]), Path(mainframe_jobs.__file__), config
    )
    try:
        assert until(lambda: far.ask("how many")["acknowledged"] >= 50, PATIENCE_SECONDS) is not None
        twin.break_(first, "power")
        assert until(lambda: say(twin, "STATUS").startswith("STATUS") and primary(twin) == other, TAKE_OVER_SECONDS)
        enough = far.ask("how many")["acknowledged"] + 20
        assert until(lambda: far.ask("how many")["acknowledged"] >= enough, PATIENCE_SECONDS) is not None
        far.ask("stop")
        count = far.ask("count")
        assert count["hosts"] == [first, other]
        assert count["found"] + len(count["lost"]) == count["acknowledged"]
        assert count["outage_seconds"] < TAKE_OVER_SECONDS
        show = ["ip", "-4", "-o", "addr", "show", "dev", "lo"]
        assert f"{ENTRY}/32" in twin.exec(other, show).stdout
        own = [row for row in checks(twin) if row["element"] == "mainframe"]
        assert all(row["ok"] and "the other building does not answer" in row["message"] for row in own), own
        twin.mend(first)
        assert until(lambda: in_step(twin), PATIENCE_SECONDS, 0.5) is not None
        after = far.ask("count")
        assert after["silent"] == []
        assert after["kept_aside"] == len(count["lost"]) == len(after["lost"]), "what was lost is listed, each job"
        assert announcers(twin) == [other], "who comes back follows"
    finally:
        far.close()
