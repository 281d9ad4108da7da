"""A pytest plugin: devices in a test as testinfra has hosts, `device("core-m1").bgp_neighbors["198.18.0.21"]`.

In conftest.py: `pytest_plugins = ["mroom.testing"]`. Site and state are those of every verb (`MROOM_SITE`,
`MROOM_STATE`, mroom.toml); in a twin, devices are asked from the NOC node.
What a device offers: network/verify/device.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import pytest

import inventory
from mroom.place import enter
from mroom.settings import settings, site_folder
from network.verify.device import Device

T = TypeVar("T")


@pytest.fixture(scope="session")
def device() -> Iterator[Callable[[str], Device]]:
    """A device by its id; each is asked once, and again after `refresh()`."""
    site, state = inventory.load(site_folder()), settings().state

    # The thread that enters a twin's NOC node cannot be the tests' own, which is needed elsewhere.
    with ThreadPoolExecutor(max_workers=1, initializer=enter, initargs=(site, state)) as pool:

        def there(look: Callable[[], T]) -> T:
            return pool.submit(look).result()

        yield cache(lambda name: Device(site, state, name, there))
