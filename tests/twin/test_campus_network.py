"""The campus network's services in the twin: names, leases and logins, at an entry that either building serves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bcp.until import until
from tests.twin.look import apply_servers, checks, verdicts
from twin.room import Twin

ENTRY = "198.18.8.4"
PATIENCE_SECONDS = 120.0
DAEMONS = {"named": "names", "unbound": "names", "dnsmasq": "leases", "slapd": "logins"}
"""What is stopped -> the word with which the probe says so."""


@pytest.fixture(scope="module", autouse=True)
def applied(twin: Twin) -> None:
    apply_servers(twin)


@pytest.fixture(autouse=True)
def whole(twin: Twin) -> Iterator[None]:
    """Each test begins and leaves the services whole, with net-s at the entry wherever it is asked."""
    assert until(lambda: all("by net-s" in message for message in said(twin)), PATIENCE_SECONDS) is not None
    yield
    twin.mend()
    for host in ("net-s", "net-c"):
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        for daemon in DAEMONS:
            twin.exec(host, ["pkill", "-CONT", "-x", daemon])
    assert until(lambda: served_by(twin) == "net-s", PATIENCE_SECONDS) is not None
    assert until(lambda: verdicts(twin)["campus-network"] == {True}, PATIENCE_SECONDS) is not None


def served_by(twin: Twin) -> str:
    """The server at the entry, as staff see it."""
    asked = ["dig", "+short", "+time=1", "+tries=1", f"@{ENTRY}", "served-by.example.invalid", "TXT"]
    return str(twin.exec("staff", asked).stdout).strip('"\n')


def said(twin: Twin) -> list[str]:
    return [row["message"] for row in checks(twin) if row["element"] == "campus-network"]


def test_a_name_is_resolved_in_the_other_building_a_lease_given_a_login_accepted(twin: Twin) -> None:
    messages = said(twin)
    assert len(messages) == 2, "from the main building and from the crisis-management centre"
    for message in messages:
        assert "a fresh name was resolved through net-c" in message
        assert "a lease of 198.18." in message
        assert "a login was accepted" in message
        assert "by net-s" in message


@pytest.mark.parametrize("daemon", list(DAEMONS))
def test_a_daemon_that_stands_still_in_both_buildings_fails_this_system(twin: Twin, daemon: str) -> None:
    for host in ("net-s", "net-c"):
        assert twin.exec(host, ["pkill", "-STOP", "-x", daemon]).returncode == 0
    found = verdicts(twin)
    assert found["campus-network"] == {False}, said(twin)
    assert found["website"] == {True}


def test_without_the_second_building_s_server_the_other_serves(twin: Twin) -> None:
    twin.break_("net-s")
    assert until(lambda: served_by(twin) == "net-c", PATIENCE_SECONDS) is not None
    alone = "the other building does not answer"
    assert until(lambda: all(alone in message for message in said(twin)), PATIENCE_SECONDS) is not None
    assert verdicts(twin)["campus-network"] == {True}, said(twin)


def test_an_unsigned_update_and_a_stranger_s_question_are_refused(twin: Twin) -> None:
    zone = "net-s.dyn.example.invalid"
    script = f"server {ENTRY} 5300\nzone {zone}\nupdate add x.{zone} 60 TXT x\nsend\n"
    done = twin.exec("staff", ["sh", "-c", f"printf '{script}' | nsupdate -v"])
    assert done.returncode != 0
    assert "REFUSED" in done.stdout + done.stderr
    transfer = twin.exec("staff", ["dig", "+tcp", f"@{ENTRY}", "-p", "5300", zone, "AXFR"])
    assert "Transfer failed" in transfer.stdout
