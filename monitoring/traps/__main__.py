"""`python -m monitoring.traps`: the receiver of traps and informs, as the systemd unit of a NOC node starts it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import socket
from pathlib import Path

import uvicorn
import uvloop

import inventory
from inventory.secrets import resolve
from monitoring.alerts.rules import Ground
from monitoring.ending import ended
from monitoring.exporter.serve import config
from monitoring.snmp.credential import Community, site_user, user_of
from monitoring.traps.informs import engine_id, next_boots
from monitoring.traps.meaning import Dictionary, load_all
from monitoring.traps.receiver import Receiver, Settings

PORT, WEB_PORT = 162, 9788
"""RFC 3417 (snmptrap), and a port of our own for the receiver's metrics."""
ALERTMANAGER = "http://127.0.0.1:9093"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring.traps", description=__doc__)
    parser.add_argument("--site", required=True, type=Path, help="the site's folder")
    parser.add_argument("--state", required=True, type=Path, help="what $MROOM_STATE stands for in references")
    parser.add_argument("--host", default="127.0.0.1", help="address to take notifications at")
    parser.add_argument("--port", default=PORT, type=int)
    parser.add_argument("--node", default=socket.gethostname(), help="the NOC node, which names its SNMP engine")
    parser.add_argument("--alertmanager", action="append", metavar="URL", help=f"may be repeated; {ALERTMANAGER}")
    parser.add_argument("--web.host", dest="web_host", default="127.0.0.1", help="address of /metrics")
    parser.add_argument("--web.port", dest="web_port", default=WEB_PORT, type=int)
    parser.add_argument("--web.config.file", dest="web", type=Path, help="TLS and users, as exporter-toolkit has it")
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="REF",
        help="one more SNMP user that may send: env:… or file:… that holds NAME:SHA256:PASSPHRASE:AES:PASSPHRASE",
    )
    parser.add_argument("--community", action="append", default=[], metavar="REF", help="a community of v2c that may")
    return parser


def settings(given: argparse.Namespace, site: inventory.Site) -> Settings:
    """The site's own user first. Raises SecretUnavailable or BadUser."""
    state = given.state
    own = site_user(site.site.access, state)
    return Settings(
        host=given.host,
        port=given.port,
        engine=engine_id(given.node),
        boots=next_boots(state / "traps" / "boots"),
        users=[own, *(user_of(resolve(reference, state)) for reference in given.user)],
        alertmanagers=given.alertmanager or [ALERTMANAGER],
        communities=[Community(resolve(reference, state)) for reference in given.community],
    )


async def serve(given: argparse.Namespace) -> int:
    """Until it is told to end. Raises what keeps it from starting."""
    site = inventory.load(given.site)
    today = dt.datetime.now(dt.UTC).astimezone().date()
    receiver = Receiver(settings(given, site), Ground(site, today), Dictionary(load_all()))
    server = uvicorn.Server(config(receiver, given.web_host, given.web_port, given.web))
    work = asyncio.get_running_loop().create_task(receiver.run())
    work.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve()
    finally:
        ended = work.done()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    return 0 if server.started and not ended else 1


def main(argv: list[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(serve(given))
    except Exception as error:
        return ended("traps", error)


if __name__ == "__main__":
    raise SystemExit(main())
