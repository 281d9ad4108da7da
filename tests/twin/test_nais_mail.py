"""Staff mail in the twin: each message in both buildings, and what was accepted is never gone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bcp.until import until
from tests.twin.look import apply_servers, checks, verdicts
from twin.room import Twin

ENTRY = "198.18.8.6"
HOSTS = ("mail-s", "mail-c")
PATIENCE_SECONDS = 120.0
BEFORE = 12
"""So many messages are in both buildings when the host dies."""
SEND = """\
import itertools, smtplib, sys
entry, tag = sys.argv[1:]
for number in itertools.count():
    name = f"{tag}-{number}"
    with smtplib.SMTP(timeout=5) as one:
        if b"mail-s" not in one.connect(entry, 25)[1]:
            break
        one.sendmail("probe@example.invalid", ["probe@example.invalid"], f"Subject: {name}\\r\\n\\r\\n.\\r\\n")
    print(name, flush=True)
"""
FORGET = """\
announcer=$(cat /run/mroom/mroom-announce-nais-mail.pid.child)
kill -STOP $announcer; rm -f /run/mroom/announce/nais-mail.json; kill -KILL $announcer
"""
"""The announcer begins anew: otherwise each test, soon after the one before it, would double the hold-down."""


@pytest.fixture(scope="module", autouse=True)
def applied(twin: Twin) -> None:
    apply_servers(twin)


@pytest.fixture(autouse=True)
def whole(twin: Twin) -> Iterator[None]:
    """Each test begins and leaves mail whole, with mail-s at the entry and nothing owed."""
    assert until(lambda: settled(twin), PATIENCE_SECONDS, 0.2) is not None
    yield
    twin.mend()
    for host in HOSTS:
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        twin.exec(host, ["pkill", "-CONT", "-f", "^/usr/(lib/postfix/sbin/master|sbin/dovecot)"])
        twin.exec(host, ["sh", "-c", FORGET])
    assert until(lambda: settled(twin), PATIENCE_SECONDS, 0.2) is not None


def settled(twin: Twin) -> bool:
    states = [twin.exec(host, ["curl", "-s", "-m", "1", "http://127.0.0.1:4191/"]).stdout for host in HOSTS]
    told = [json.loads(state) for state in states if state]
    fine = [one["serves"] and one["caught_up"] and not one["owed"] for one in told]
    return len(fine) == len(HOSTS) and all(fine) and greeted_by(twin) == "mail-s"


def greeted_by(twin: Twin) -> str:
    """The host at the entry, as staff see it."""
    said = twin.exec("staff", ["curl", "-s", "-v", "-m", "2", f"smtp://{ENTRY}/"]).stderr
    found = re.search(r"< 220 ([a-z-]+)\.", said)
    return found.group(1) if found else ""


def said(twin: Twin) -> list[str]:
    return [row["message"] for row in checks(twin) if row["element"] == "nais-mail"]


def subjects(twin: Twin, host: str) -> Counter[str]:
    """What a host's mailbox has of the test's messages, and how often."""
    words = ["doveadm", "-f", "flow", "fetch", "-u", "probe", "hdr.subject", "mailbox", "INBOX", "subject", "kill"]
    return Counter(re.findall(r"kill\d+-\d+", twin.exec(host, words).stdout))


def test_what_one_building_takes_is_read_in_the_other_and_both_are_in_the_zone(twin: Twin) -> None:
    messages = said(twin)
    assert len(messages) == 2, "from the main building and from the crisis-management centre"
    for message in messages:
        assert message.startswith("a fresh message was read through mail-c by mail-s")
    asked = twin.exec("staff", ["dig", "+short", "@198.18.8.4", "example.invalid", "MX"]).stdout
    assert sorted(asked.split("\n"))[-2:] == ["10 mail-s.example.invalid.", "20 mail-c.example.invalid."]


@pytest.mark.parametrize("daemon", ["master", "dovecot"])
def test_a_daemon_that_stands_still_in_both_buildings_fails_this_system(twin: Twin, daemon: str) -> None:
    for host in HOSTS:
        assert twin.exec(host, ["pkill", "-STOP", "-x", daemon]).returncode == 0
    found = verdicts(twin)
    assert found["nais-mail"] == {False}, said(twin)
    assert (found["website"], found["campus-network"]) == ({True}, {True})


def test_mail_for_others_is_not_taken_and_a_login_needs_tls(twin: Twin) -> None:
    elsewhere = ["--mail-from", "a@example.invalid", "--mail-rcpt", "a@elsewhere.invalid", "-T", "/etc/hostname"]
    refused = twin.exec("staff", ["curl", "-s", "-v", "-m", "5", *elsewhere, f"smtp://{ENTRY}/"]).stderr
    assert re.search(r"< 554 5\.7\.1 .*Relay access denied", refused), refused
    assert "LOGINDISABLED" in twin.exec("staff", ["curl", "-s", "-v", "-m", "5", f"imap://{ENTRY}/"]).stderr


def test_what_was_accepted_is_readable_at_once_or_delivered_when_the_dead_host_returns(
    twin: Twin, record_property: Callable[[str, object], None]
) -> None:
    target = twin.site.systems["nais-mail"].rto_seconds
    assert target
    # Several senders at a time, so that messages are on their way when the host dies.
    senders = {f"kill{number}": client for number, client in enumerate(("staff", "crisis") * 2)}
    with ThreadPoolExecutor(len(senders)) as pool:
        sending = [
            pool.submit(twin.exec, client, ["python3", "-c", SEND, ENTRY, tag]) for tag, client in senders.items()
        ]
        assert until(lambda: len(subjects(twin, "mail-c")) >= BEFORE, PATIENCE_SECONDS) is not None
        twin.break_("mail-s")
        accepted = {name for one in sending for name in one.result().stdout.split()}
    assert until(lambda: greeted_by(twin) == "mail-c", target) is not None
    assert verdicts(twin)["nais-mail"] == {True}, said(twin)
    at_once = subjects(twin, "mail-c")
    twin.mend("mail-s")
    returned = until(lambda: accepted <= set(subjects(twin, "mail-c")), PATIENCE_SECONDS, 0.5)
    assert returned is not None, f"gone: {sorted(accepted - set(subjects(twin, 'mail-c')))}"
    assert until(lambda: subjects(twin, "mail-s") == subjects(twin, "mail-c"), PATIENCE_SECONDS, 0.5) is not None
    record_property("accepted", len(accepted))
    record_property("delayed", len(accepted - set(at_once)))
    record_property("seconds_after_the_mending", returned)
