"""`python -m monitoring.page`: the NOC page of a site, as the systemd unit of a NOC node starts it."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import inventory
from inventory.model import Site
from inventory.secrets import resolve
from monitoring.alerts.routes import WEB_PORT
from monitoring.ending import ended
from monitoring.page import scripts
from monitoring.page.app import Page
from monitoring.page.records import Records
from monitoring.page.room import Room
from monitoring.page.series import Series
from monitoring.page.serve import PORT, address_of, bound, login, serve, servers
from monitoring.page.upstream import Upstream
from monitoring.page.watch import Sources, Watch


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring.page", description=__doc__)
    parser.add_argument("--site", required=True, type=Path, help="the site's folder")
    parser.add_argument("--state", required=True, type=Path, help="MROOM_STATE: the journal and the entry records")
    parser.add_argument(
        "--listen", action="append", default=[], metavar="ADDRESS:PORT",
        help=f"where to listen, may be given again (127.0.0.1:{PORT}); loopback: open, without personal data; any "
        "other address: TLS and a login by --web.config.file",
    )  # fmt: skip
    parser.add_argument(
        "--journal",
        type=Path,
        help="the folder of the journal of changes and drills, where it is another",
    )
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="its address (%(default)s)")
    parser.add_argument("--alertmanager", default=f"http://127.0.0.1:{WEB_PORT}", help="its address (%(default)s)")
    parser.add_argument("--web.config.file", dest="web", type=Path, help="TLS and users, as exporter-toolkit has it")
    parser.add_argument(
        "--access", action="append", default=[], metavar="USER", help="a user who may see who is inside (access role)"
    )
    parser.add_argument("--hook", metavar="REF", help="env:… or file:… with the token of Alertmanager's webhook")
    parser.add_argument("--scripts", default=scripts.FOLDER, type=Path, help="the script files (%(default)s)")
    return parser


def rooms(site: Site) -> Callable[[], Room]:
    """The room as it is today; at midnight another one, since things come into service and are retired."""
    zone = ZoneInfo(site.site.timezone)
    of = lru_cache(maxsize=1)(lambda day: Room(site, day))
    return lambda: of(dt.datetime.now(zone).date())


def main(argv: list[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    try:
        site = inventory.load(given.site)
        addresses = [address_of(text) for text in given.listen or [f"127.0.0.1:{PORT}"]]
        loaded = login(addresses, given.web)
        prometheus = Upstream(given.prometheus)
        records = Records(given.state, site.site.timezone, given.journal)
        sources = Sources(prometheus, Upstream(given.alertmanager), records)
        hook = resolve(given.hook, given.state) if given.hook else None
        page = Page(
            Watch(rooms(site), sources), Series(prometheus), given.state, scripts.load(given.scripts), hook=hook
        )
        beside = given.web.parent if given.web else Path()
        made = servers(page.app(), addresses, loaded, beside, frozenset(given.access))
        sockets = [bound(address) for address in addresses]
    except Exception as error:
        return ended("page", error)
    asyncio.run(serve(made, sockets))
    return 0 if all(server.started for server in made) else 1


if __name__ == "__main__":
    raise SystemExit(main())
