"""The example site and pass phrases that are no secret."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import inventory
from inventory.model import Site
from network.bundle import Secrets
from twin import linux
from twin.room import Twin

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


@pytest.fixture(scope="session")
def from_noc(twin: Twin) -> Callable[[Callable[[], Any]], Any]:
    """Do a piece of work where the suite stands when a twin is up: in the NOC's network, on a thread of its own."""

    def do(work: Callable[[], Any]) -> Any:
        def there() -> Any:
            linux.enter(twin.netns_path("noc"), linux.CLONE_NEWNET)
            return work()

        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(there).result()

    return do
