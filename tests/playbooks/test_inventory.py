"""The dynamic inventory: what Ansible is told, byte for byte, and how the script is called."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import inventory
from inventory.ansible import document, group, managed_hosts, variables
from inventory.model import Site

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "playbooks" / "inventory.py"
GOLDEN = Path(__file__).with_name("inventory.json")
DAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def site() -> Site:
    return inventory.load(ROOT / "inventory/sites/nishinomiya")


def _plain(found: dict[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_example_site_gives_the_golden_inventory(site: Site):
    assert _plain(document(site, Path("/state"), DAY)) == GOLDEN.read_text(encoding="utf-8")


def test_every_host_is_in_it_and_no_device_or_client(site: Site):
    hosts = set(document(site, Path("/state"), DAY)["_meta"]["hostvars"])
    assert hosts == set(site.hosts)
    assert not hosts & (set(site.devices) | set(site.clients))


def test_every_member_knows_its_entry_its_place_in_the_order_and_its_routers(site: Site):
    told = variables(site, site.hosts["web-c"], DAY)
    assert told["mroom_systems"]["website"]["preference"] == 2
    assert told["mroom_systems"]["website"]["entry"] == "203.0.113.80"
    assert [router["name"] for router in told["mroom_routers"]] == ["core-c2", "core-c1"]


def test_every_voter_knows_the_others_and_has_the_role_of_a_voter_alone_where_it_is_no_member(site: Site):
    told = variables(site, site.hosts["wit-t"], DAY)
    assert told["mroom_systems"] == {}
    assert told["mroom_quorums"]["open-platform"] == {
        "db-s": "198.18.32.11", "db-c": "198.18.16.11", "wit-t": "198.18.64.10"
    }  # fmt: skip
    assert "open_platform_voter" in told["mroom_roles"]
    assert "open_platform" not in told["mroom_roles"]
    assert {"open_platform", "open_platform_voter"} <= set(variables(site, site.hosts["db-c"], DAY)["mroom_roles"])
    assert variables(site, site.hosts["web-c"], DAY)["mroom_quorums"] == {}


def test_a_retired_host_and_a_retired_system_are_left_alone(site: Site):
    web = site.hosts["web-c"].model_copy(update={"retired": DAY})
    mail = site.systems["nais-mail"].model_copy(update={"retired": DAY})
    later = site.model_copy(
        update={"hosts": {**site.hosts, "web-c": web}, "systems": {**site.systems, "nais-mail": mail}}
    )
    assert "web-c" in {host.id for host in managed_hosts(later, DAY - dt.timedelta(1))}
    assert "web-c" not in {host.id for host in managed_hosts(later, DAY)}
    assert variables(later, site.hosts["mail-c"], DAY)["mroom_systems"] == {}


def test_a_group_name_has_no_hyphen():
    assert group("system", "open-platform") == "system_open_platform"


def test_no_secret_and_no_way_around_host_keys_is_in_it(site: Site):
    text = _plain(document(site, Path("/state"), DAY))
    assert "StrictHostKeyChecking=yes" in text
    assert "UserKnownHostsFile=/state/known_hosts" in text
    assert not {"password", "passphrase", "PRIVATE KEY"} & set(text.split('"'))


def _run(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    words = [python, str(SCRIPT), *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, cwd="/", check=False)


def test_the_script_lists_the_site_and_the_state_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MROOM_STATE", str(tmp_path))
    found = json.loads(_run("--list").stdout)
    assert found["all"]["vars"]["ansible_ssh_private_key_file"] == str(tmp_path / "keys/mroom")
    assert json.loads(_run("--host", "web-s").stdout) == found["_meta"]["hostvars"]["web-s"]


def test_the_script_is_executable_and_finds_the_packages_from_any_python():
    assert os.access(SCRIPT, os.X_OK)
    assert "web-s" in json.loads(_run("--list", python="/usr/bin/python3").stdout)["_meta"]["hostvars"]


@pytest.mark.parametrize(("arguments", "said"), [(("--host", "nobody"), "no host 'nobody'"), (("--wrong",), "--wrong")])
def test_a_wrong_call_ends_with_2_and_a_sentence(arguments: tuple[str, ...], said: str):
    done = _run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
