"""Every device's files, byte for byte, beside the test: a change of a template shows as a change of what it makes.

`MROOM_GOLDEN=write pytest tests/network/test_golden.py` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import inventory
from network import base, render

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
NODES = [*EXAMPLE.devices, *EXAMPLE.hosts, *EXAMPLE.clients]
BESIDE_EVERY_DEVICE = ["web-s", "outside"]
"""Of the hosts and clients, whose bases differ in their names only, one of each."""


def rendered(node, site, secrets):
    bundle = render.bundle if node in site.devices else base.bundle
    return {path.lstrip("/"): file for path, file in bundle(site, node, secrets).items()}


@pytest.mark.parametrize("node", [*EXAMPLE.devices, *BESIDE_EVERY_DEVICE])
def test_a_nodes_files_are_as_agreed(node, site, secrets):
    files = rendered(node, site, secrets)
    folder = GOLDEN / node
    if os.environ.get("MROOM_GOLDEN") == "write":
        for path in [p for p in folder.rglob("*") if p.is_file()]:
            path.unlink()
        for name, file in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(file.content, encoding="utf-8")
    kept = {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}
    assert kept == {name: file.content for name, file in files.items()}


def test_no_golden_folder_is_left_over_from_a_device_that_is_gone():
    assert {path.name for path in GOLDEN.iterdir()} == {*EXAMPLE.devices, *BESIDE_EVERY_DEVICE}


def test_the_same_inventory_gives_the_same_bytes_again(secrets):
    once, again = (inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya") for _ in range(2))
    assert [rendered(n, once, secrets) for n in NODES] == [rendered(n, again, secrets) for n in NODES]


@pytest.mark.parametrize("node", NODES)
def test_a_pass_phrase_stands_only_in_files_that_nobody_else_can_read(node, site, secrets):
    for path, file in rendered(node, site, secrets).items():
        holds = secrets.snmp_auth in file.content or secrets.snmp_priv in file.content
        assert holds == (path == "etc/snmp/mroom-users.conf"), path
        assert not holds or file.secret
