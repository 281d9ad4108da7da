"""What `playbooks/inventory.py` prints: the model as Ansible's inventory, for the site and state in force."""

from __future__ import annotations

import datetime as dt

from mroom.exits import Exit
from mroom.failure import Failure, verb
from mroom.output import emit
from mroom.settings import settings, site_folder


@verb
def main(arguments: list[str]) -> None:
    """Answer `--list` with everything, `--host NAME` with one host's variables."""
    from inventory import load
    from inventory.ansible import document, variables

    site = load(site_folder())
    match arguments:
        case ["--list"] | []:
            emit(document(site, settings().state, dt.date.today()))  # noqa: DTZ011 a day of the site
        case ["--host", name] if name in site.hosts:
            emit(variables(site, site.hosts[name]))
        case ["--host", name]:
            raise Failure(Exit.usage, "host", f"no host {name!r} in this site", "mroom show lists the elements")
        case _:
            raise Failure(Exit.usage, "usage", f"cannot read {arguments}", "give --list or --host NAME")
