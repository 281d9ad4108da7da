"""`python -m monitoring.exporter`: the exporter of a site, as the systemd unit of a NOC node starts it."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import uvicorn

import inventory
from inventory.secrets import resolve
from monitoring.devices import load_all
from monitoring.ending import ended
from monitoring.entry.metrics import EntryCollector
from monitoring.exporter.app import Exporter
from monitoring.exporter.discovery import targets
from monitoring.exporter.serve import PORT, config
from monitoring.snmp.credential import Credential, site_user, user_of


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring.exporter", description=__doc__)
    parser.add_argument("--site", required=True, type=Path, help="the site's folder")
    parser.add_argument("--state", required=True, type=Path, help="what $MROOM_STATE stands for in references")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", default=PORT, type=int)
    parser.add_argument("--web.config.file", dest="web", type=Path, help="TLS and users, as exporter-toolkit has it")
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME=REF",
        help="one more SNMP user for ?auth=NAME: env:… or file:… that holds NAME:SHA256:PASSPHRASE:AES:PASSPHRASE",
    )
    return parser


def credentials(site: inventory.Site, state: Path, more: list[str]) -> dict[str, Credential]:
    """The site's own user first. Raises SecretUnavailable or BadUser."""
    own = site_user(site.site.access, state)
    named = (text.partition("=") for text in more)
    return {"site": own, **{name: user_of(resolve(reference, state)) for name, _, reference in named}}


def main(argv: list[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    try:
        site = inventory.load(given.site)
        today = dt.datetime.now(dt.UTC).astimezone().date
        exporter = Exporter(load_all(), credentials(site, given.state, given.user), lambda: targets(site, today()))
        exporter.own.registry.register(EntryCollector(given.state))
        server = uvicorn.Server(config(exporter, given.host, given.port, given.web))
    except Exception as error:
        return ended("exporter", error)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    raise SystemExit(main())
