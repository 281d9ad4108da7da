"""The city web site in the twin: brought up by Ansible, announced while it serves, taken over by the other building."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bcp.until import until
from monitoring.probes import kinds
from playbooks import runner
from playbooks.runner import Strategy
from tests.twin.look import APPLY_SECONDS, mroom
from twin import linux
from twin.room import Twin

SITE = Path(__file__).parents[2] / "inventory/sites/nishinomiya"
ENTRY, PAGE = "203.0.113.80", "http://203.0.113.80/"
LEASE_SECONDS, HOLD_DOWN_SECONDS = 5.0, 10.0
"""Defaults of the role announce."""
PATIENCE_SECONDS = 120.0
"""For what has no target: a machine that runs several twins at once is slow."""


def apply(twin: Twin, *words: str) -> tuple[int, dict[str, Any]]:
    done = mroom(twin.where, "apply", "--only", "servers", *words, "--json", timeout=APPLY_SECONDS)
    return done.returncode, json.loads(done.stdout)


def states(document: dict[str, Any]) -> dict[str, str]:
    return {row["object"]: row["state"] for row in document["results"]}


def who_serves(twin: Twin, client: str = "outside") -> str | None:
    """The host whose page a client gets at the entry; None when it gets none."""
    said = twin.exec(client, ["curl", "-s", "-m", "1", PAGE]).stdout
    found = re.search(r'mroom-host" content="([a-z-]+)"', said)
    return found.group(1) if found else None


def served_by(twin: Twin, host: str | None) -> Callable[[], bool]:
    return lambda: who_serves(twin) == host


def announces(twin: Twin, host: str) -> bool:
    return ENTRY in twin.exec(host, ["ip", "-4", "-o", "addr", "show", "dev", "lo"]).stdout


def shell(twin: Twin, host: str, command: str) -> str:
    done = twin.exec(host, ["sh", "-c", command])
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return str(done.stdout)


@pytest.fixture(scope="module")
def first(twin: Twin) -> dict[str, Any]:
    """The document of an apply after which everything is as the inventory says."""
    code, document = apply(twin)
    assert code == 0, document
    return document


@pytest.fixture(autouse=True)
def whole(twin: Twin, first: dict[str, Any]) -> Iterator[None]:
    """Each test begins and leaves the site with web-s serving and web-c standing by."""
    assert until(lambda: who_serves(twin) == "web-s" and announces(twin, "web-c"), PATIENCE_SECONDS) is not None
    yield
    twin.mend()
    for host in ("web-s", "web-c"):
        assert until(lambda host=host: twin.exec(host, ["true"]).returncode == 0, PATIENCE_SECONDS) is not None
        shell(twin, host, "pkill -CONT -x nginx; pkill -CONT -f mroom-announce; service nginx start")
    assert until(lambda: who_serves(twin) == "web-s" and announces(twin, "web-c"), PATIENCE_SECONDS) is not None
    forget(twin)


def forget(twin: Twin) -> None:
    """Let the announcer begin anew: otherwise each test, soon after the one before it, would double the hold-down."""
    shell(
        twin,
        "web-s",
        f"kill -STOP {announcer(twin)}; rm /run/mroom/announce/website.json; kill -KILL {announcer(twin)}",
    )
    assert until(lambda: twin.files("web-s").joinpath("run/mroom/announce/website.json").exists(), LEASE_SECONDS)


def test_every_host_comes_through_and_the_entry_is_seen_from_everywhere(twin: Twin, first: dict[str, Any]):
    assert set(states(first)) == set(twin.site.hosts)
    assert first["state"] == "confirmed"
    assert {client: who_serves(twin, client) for client in twin.site.clients} == dict.fromkeys(
        twin.site.clients, "web-s"
    )


def test_the_second_run_changes_nothing_and_a_plan_says_so_before(twin: Twin):
    planned = mroom(twin.where, "plan", "--only", "servers", "--json", timeout=APPLY_SECONDS)
    assert planned.returncode == 0, planned.stdout
    assert json.loads(planned.stdout)["same"] == len(twin.site.hosts)
    code, document = apply(twin)
    assert code == 0
    assert set(states(document).values()) == {"same"}


def test_check_proves_the_site_from_every_client_and_tells_what_it_cannot_check(twin: Twin):
    done = mroom(twin.where, "check", "systems", "--json")
    rows = {row["id"]: row for row in json.loads(done.stdout)["checks"]}
    for client in twin.site.clients:
        assert rows[f"website@{client}"]["ok"] is True, rows
        assert "by web-s" in rows[f"website@{client}"]["message"]
    unprobed = {
        system.id for system in twin.site.systems.values() if not (system.probe and kinds.exists(system.probe.kind))
    }
    assert unprobed, "this test is about what has no probe yet"
    told = {row["element"]: row["ok"] for row in rows.values()}
    assert {system for system, ok in told.items() if ok is None} == unprobed
    assert done.returncode == 5


def test_check_servers_names_the_service_that_does_not_run(twin: Twin):
    fine = mroom(twin.where, "check", "servers", "--json")
    assert fine.returncode == 0, fine.stdout
    shell(twin, "web-c", "service nginx stop")
    broken = mroom(twin.where, "check", "servers", "--json")
    failing = [row for row in json.loads(broken.stdout)["checks"] if row["ok"] is not True]
    assert broken.returncode == 1
    assert [(row["id"], row["message"]) for row in failing] == [("web-c.nginx", "nginx is missing")]


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        pytest.param("service nginx stop", "service nginx start", id="nginx is stopped"),
        pytest.param("pkill -KILL -x nginx", "service nginx start", id="nginx is killed"),
        pytest.param("pkill -STOP -x nginx", "pkill -CONT -x nginx", id="nginx hangs"),
        pytest.param("rm /srv/website/index.html", "true", id="the page is gone"),
    ],
)
def test_the_other_building_serves_within_the_target_and_the_first_returns_after_hold_down(
    twin: Twin, breaks: str, mends: str
):
    page = shell(twin, "web-s", "cat /srv/website/index.html")
    shell(twin, "web-s", breaks)
    target = twin.site.systems["website"].rto_seconds
    assert target
    assert until(served_by(twin, "web-c"), target) is not None
    assert not announces(twin, "web-s")
    twin.files("web-s").joinpath("srv/website/index.html").write_text(page, encoding="utf-8")
    shell(twin, "web-s", mends)
    back = until(served_by(twin, "web-s"), PATIENCE_SECONDS)
    assert back is not None
    assert held(twin) >= HOLD_DOWN_SECONDS


def held(twin: Twin) -> float:
    """Seconds between the last withdrawal on web-s and the announcement after it, by the announcer's own clock."""
    health = json.loads(shell(twin, "web-s", "cat /run/mroom/announce/website.json"))
    assert health["serving"]
    return float(health["since"] - (health["held_until"] - health["hold_seconds"]))


def announcer(twin: Twin) -> str:
    return shell(twin, "web-s", "cat /run/mroom/mroom-announce-website.pid.child").strip()


def test_an_announcer_that_is_killed_comes_back_and_nobody_notices(twin: Twin):
    before = announcer(twin)
    log = shell(twin, "web-s", "cat /var/log/mroom/mroom-announce-website.log").count("withdrawn")
    shell(twin, "web-s", f"kill -KILL {before}")
    assert until(lambda: announcer(twin) != before, LEASE_SECONDS) is not None
    assert until(served_by(twin, "web-c"), 2 * LEASE_SECONDS, 0.1) is None, "the entry moved although the site serves"
    assert shell(twin, "web-s", "cat /var/log/mroom/mroom-announce-website.log").count("withdrawn") == log


def test_an_announcer_that_hangs_loses_its_lease(twin: Twin):
    shell(twin, "web-s", f"kill -STOP {announcer(twin)}")
    assert until(served_by(twin, "web-c"), 4 * LEASE_SECONDS) is not None
    assert not announces(twin, "web-s")


def test_a_host_without_power_is_one_row_and_comes_back_by_itself(twin: Twin):
    twin.break_("web-s", "power")
    target = twin.site.systems["website"].rto_seconds
    assert target
    assert until(served_by(twin, "web-c"), target) is not None
    code, document = apply(twin)
    rows = [row for row in document["results"] if row["state"] != "same"]
    assert code == 7
    assert [(row["object"], row["state"]) for row in rows] == [("web-s", "failed")]
    assert rows[0]["message"].startswith("unreachable")
    assert who_serves(twin) == "web-c"
    twin.mend("web-s")
    assert until(served_by(twin, "web-s"), PATIENCE_SECONDS) is not None
    assert set(states(apply(twin)[1]).values()) == {"same"}


def spoil(twin: Twin) -> None:
    shell(
        twin,
        "web-c",
        "rm /etc/logrotate.d/mroom; echo >>/srv/website/index.html; echo >>/etc/nginx/conf.d/website.conf",
    )


def test_plain_linear_and_mitogen_do_the_same(twin: Twin):
    done = {}
    for strategy in (Strategy.linear, Strategy.mitogen):
        spoil(twin)
        with linux.inside(twin.netns_path("noc")):
            (row,) = runner.run(SITE, twin.where, ["web-c"], strategy=strategy).results
            (again,) = runner.run(SITE, twin.where, ["web-c"], strategy=strategy).results
        assert (row.state, again.state) == ("confirmed", "same"), (row, again)
        done[strategy] = sorted(change.task for change in row.changes)
    assert done[Strategy.linear] == done[Strategy.mitogen]
    assert done[Strategy.linear] == [
        "base: Write the settings of the kernel, the clock and the log (/etc/logrotate.d/mroom)",
        "website: Describe the site to nginx",
        "website: Reload nginx",
        "website: Write the page",
    ]
