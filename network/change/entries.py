"""Whether each system's entry opens, from where the suite stands."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

from inventory.model import Site
from network.verify.check import Check

SECONDS = 2.0


def check_entries(site: Site) -> list[Check]:
    """One check for each system with an entry: a TCP connection to its address and port."""
    systems = [system for system in site.systems.values() if system.entry]

    def look(index: int) -> Check:
        system = systems[index]
        assert system.entry is not None
        where = (str(system.entry.address), system.entry.port)
        try:
            socket.create_connection(where, timeout=SECONDS).close()
        except OSError as error:
            why = error.strerror or type(error).__name__
            message = f"the entry of {system.id} does not open: {why}"
            return Check(f"entry.{system.id}", system.id, ok=False, message=message)
        return Check(f"entry.{system.id}", system.id, ok=True, message=f"the entry of {system.id} opens")

    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="entry") as pool:
        return list(pool.map(look, range(len(systems))))
