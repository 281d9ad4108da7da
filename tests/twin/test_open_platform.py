"""The common open platform in the twin: PostgreSQL under Patroni in two buildings, a witness, one announcer."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bcp.until import until
from tests.twin.look import apply_servers, checks, verdicts
from twin.room import Twin

ENTRY, PORT = "198.18.8.3", 8080
MEMBERS = ("db-s", "db-c")
SOCKET = "/var/lib/mroom/postgres/open-platform/socket"
LEASE_SECONDS = 20.0
"""Patroni's ttl: without an agent that fences, nobody takes over before it has run out."""
TAKE_OVER_SECONDS = 30.0
"""rto_seconds of the system. Lease, election and announcement took 20 to 25 s."""
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module", autouse=True)
def applied(twin: Twin) -> None:
    apply_servers(twin)


@pytest.fixture(autouse=True)
def whole(twin: Twin) -> Iterator[None]:
    """Each test begins and leaves the system with one building that leads and one that has all of it too."""
    assert until(lambda: in_step(twin), PATIENCE_SECONDS) is not None
    yield
    twin.mend()
    for host in MEMBERS:
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        twin.exec(host, ["pkill", "-CONT", "-x", "postgres"])
    assert until(lambda: in_step(twin), PATIENCE_SECONDS) is not None
    assert until(lambda: verdicts(twin)["open-platform"] == {True}, PATIENCE_SECONDS) is not None


def ask(twin: Twin, path: str, note: str | None = None, at: str = f"{ENTRY}:{PORT}") -> dict[str, Any]:
    """The document that staff get at the entry; with a note they file it. Empty when there is none."""
    words = ["curl", "-s", "-m", "8", *(["-d", note] if note else []), f"http://{at}{path}"]
    try:
        return dict(json.loads(twin.exec("staff", words).stdout))
    except ValueError:
        return {}


def in_step(twin: Twin) -> bool:
    """Whether the entry serves, and the building that follows may take over: a copy that has only just caught up may
    not, since what was acknowledged without it would be lost."""
    return "number" in ask(twin, "/records", "in-step") and any(may_take_over(twin, host) for host in MEMBERS)


def may_take_over(twin: Twin, host: str) -> bool:
    url = f"http://{twin.site.hosts[host].address}:8008/synchronous"
    return twin.exec(host, ["curl", "-sf", "-m", "2", "-o", "/dev/null", url]).returncode == 0


def leader(twin: Twin) -> str:
    return str(ask(twin, "/records", "who-leads")["host"])


def announcers(twin: Twin) -> list[str]:
    show = ["ip", "-4", "-o", "addr", "show", "dev", "lo"]
    return [host for host in MEMBERS if f"{ENTRY}/32" in twin.exec(host, show).stdout]


def sql(twin: Twin, host: str, user: str, database: str, text: str) -> list[str]:
    """The command that runs SQL on a host as a user of the system there."""
    psql = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-c", text, database]
    return twin.command(host, ["setpriv", f"--reuid={user}", "--clear-groups", *psql])


def test_a_record_is_filed_where_the_database_leads_and_read_in_the_other_building(twin: Twin) -> None:
    first = leader(twin)
    (other,) = set(MEMBERS) - {first}
    own = [row for row in checks(twin) if row["element"] == "open-platform"]
    assert own
    assert all(row["ok"] and f"read back through {other}" in row["message"] for row in own), own
    assert announcers(twin) == [first], "the entry has one announcer, and it is where the database leads"


def test_nothing_is_filed_where_the_database_follows_or_with_a_weaker_commit(twin: Twin) -> None:
    first = leader(twin)
    (other,) = set(MEMBERS) - {first}
    address = str(twin.site.hosts[other].address)
    assert "read-only" in ask(twin, "/records", "follows", f"{address}:{PORT}")["error"]
    weak = "SET synchronous_commit = local; INSERT INTO record (note, filed_by) VALUES ('weak', 'test')"
    argv = sql(twin, first, "open-platform", "open-platform", weak)
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert "nothing is filed with less than on" in said.stderr


CUT_WAITS_SHORT = """DO $$ BEGIN
  FOR n IN 1..60 LOOP
    PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep';
    PERFORM pg_stat_clear_snapshot(), pg_sleep(0.05);
  END LOOP;
END $$"""


def test_a_commit_whose_wait_is_cut_short_is_not_acknowledged(twin: Twin) -> None:
    first = leader(twin)
    (other,) = set(MEMBERS) - {first}
    with subprocess.Popen(sql(twin, first, "postgres", "postgres", CUT_WAITS_SHORT)):
        assert twin.exec(other, ["pkill", "-STOP", "-x", "postgres"]).returncode == 0
        said = ask(twin, "/records", "cut-short")
    assert "not acknowledged: WARNING" in said["error"], said


def test_databases_that_stand_still_in_both_buildings_fail_this_system_and_no_other(twin: Twin) -> None:
    for host in MEMBERS:
        assert twin.exec(host, ["pkill", "-STOP", "-x", "postgres"]).returncode == 0
    assert until(lambda: verdicts(twin)["open-platform"] == {False}, PATIENCE_SECONDS) is not None
    found = verdicts(twin)
    assert {system for system, said in found.items() if False in said} == {"open-platform"}


def test_without_the_building_that_leads_the_other_serves_in_time_and_has_every_record(twin: Twin) -> None:
    first = leader(twin)
    (other,) = set(MEMBERS) - {first}
    filed = {n: ask(twin, "/records", f"note-{n}")["number"] for n in range(20)}
    twin.break_(first, "power")
    begun = time.monotonic()
    assert until(lambda: ask(twin, "/records", "after").get("host") == other, TAKE_OVER_SECONDS) is not None
    took = time.monotonic() - begun
    assert took > LEASE_SECONDS / 2, "sooner than the lease runs out nobody may take over"
    for note, number in filed.items():
        assert ask(twin, f"/records/{number}")["note"] == f"note-{note}"
    own = [row for row in checks(twin) if row["element"] == "open-platform"]
    assert all(row["ok"] and "locally" in row["message"] for row in own), own
    twin.mend(first)
    assert until(lambda: in_step(twin), PATIENCE_SECONDS) is not None
    assert leader(twin) == other, "who comes back follows"
    assert announcers(twin) == [other]
