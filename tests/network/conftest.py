"""The example site and pass phrases that are no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

import inventory
from inventory.model import Site
from network.bundle import Secrets

EXAMPLE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"


@pytest.fixture(scope="session")
def site() -> Site:
    return inventory.load(EXAMPLE)


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    return Secrets(
        authorized_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEexampleexampleexampleexampleexampleexamp mroom",
        snmp_auth="golden authentication phrase",
        snmp_priv="golden privacy phrase",
    )
