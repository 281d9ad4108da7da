"""`mroom check`: rows, exit codes, and a room that nobody can reach."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import inventory
from inventory.model import Site
from mroom.checking import Looked, Row, servers
from mroom.exits import Exit
from playbooks import services

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> Site:
    return inventory.load(ROOT / "inventory/sites/nishinomiya")


@pytest.mark.parametrize(
    ("found", "code", "ok"),
    [
        ([True, True], Exit.ok, True),
        ([True, None], Exit.unchecked, False),
        ([True, False], Exit.failed, False),
        ([None, False], Exit.failed, False),
        ([], Exit.unchecked, True),
    ],
)
def test_the_exit_code_follows_the_rows(found: list[bool | None], code: Exit, ok: bool):
    looked = Looked(tuple(Row(str(number), "web-s", one, "") for number, one in enumerate(found)))
    assert looked.exit_code() is code
    assert looked.document()["ok"] is ok


def test_a_host_must_run_what_its_roles_say(site: Site):
    assert [service.name for service in services.expected(site, site.hosts["noc"])] == ["chrony", "rsyslog"]
    web = [service.name for service in services.expected(site, site.hosts["web-c"])]
    assert web == ["chrony", "rsyslog", "nginx", "bird", "mroom-announce-website"]


def test_what_runs_is_asked_on_the_host_itself(site: Site, monkeypatch: pytest.MonkeyPatch):
    wanted = (services.Service("a-python", r"(/\S*/)?python"), services.Service("nobody", "no such program"))
    monkeypatch.setattr(services, "expected", lambda _site, _host: wanted)
    two = site.model_copy(update={"hosts": {name: site.hosts[name] for name in ("web-c", "web-s")}})
    rows = servers(two, lambda _node, command: ["sh", "-c", command.replace("sudo -n", "env")])
    assert [(row.id, row.element, row.ok) for row in rows] == [
        ("web-c.a-python", "web-c", True),
        ("web-c.nobody", "web-c", False),
        ("web-s.a-python", "web-s", True),
        ("web-s.nobody", "web-s", False),
    ]


def test_a_host_that_does_not_answer_is_one_row_that_was_not_checked(site: Site):
    rows = servers(site, lambda _node, _command: ["sh", "-c", "echo timed out >&2; exit 255"])
    assert [(row.id, row.ok) for row in rows] == [(host, None) for host in site.hosts]
    assert all("timed out" in row.message for row in rows)


@pytest.mark.parametrize("topic", [["clouds"], ["network", "servers"]])
def test_a_wrong_topic_is_a_usage_error(topic: list[str]):
    done = subprocess.run(
        [str(Path(sys.executable).parent / "mroom"), "check", *topic, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"code", "message", "hint"}
