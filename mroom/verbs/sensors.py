"""`mroom sensors`: what one device says over SNMP."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, log, say


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def sensors(
        host: Annotated[str, typer.Argument(metavar="HOST[:PORT]", help="An address, a name, or an element's id.")],
        community: Annotated[
            str | None, typer.Option(help="SNMP v2c: env:NAME or file:PATH (or, for tests, the community itself).")
        ] = None,
        user: Annotated[
            str | None,
            typer.Option(
                metavar="REF",
                help="SNMP v3 authPriv: env:NAME or file:PATH that holds NAME:SHA256:PASSPHRASE:AES:PASSPHRASE; "
                "or, with --auth and --priv, the name. Without it and --community, the site's own user.",
            ),
        ] = None,
        auth: Annotated[str | None, typer.Option(metavar="REF", help="The authentication passphrase.")] = None,
        priv: Annotated[str | None, typer.Option(metavar="REF", help="The privacy passphrase.")] = None,
        timeout: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds to wait for each answer.")] = 2.0,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Ask one device over SNMP and show what it measures. Exit 7 when it does not answer, 1 when it stops midway,
        5 when it says nothing that is known.

        Example: mroom sensors 198.18.0.9 --community env:COMMUNITY
        """
        import asyncio

        from monitoring.devices import load_all
        from monitoring.sensors.decode import decode
        from monitoring.snmp.poll import poll
        from monitoring.snmp.session import Session
        from mroom.sensing import address, credential

        who = credential(community, user, auth, priv, site)
        session = Session(*address(host, site), who, timeout_seconds=timeout)
        polled = asyncio.run(poll(session, load_all()))
        rows = [reading.document() for reading in decode(polled.definitions, polled.values)]
        if as_json:
            emit(rows)
        else:
            _tell(rows)
        for part in polled.parts:
            if not part.success:
                log(f"mroom: {part.subtree} ({part.source}) is missing: {part.message}")
        raise SystemExit(1 if not polled.complete else 0 if rows else 5)


def _tell(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        exact = row["exact"]
        value = row["state"] if exact["unit"] == "state" and row["state"] else f"{exact['value']} {exact['unit']}"
        mark = {"warning": " !", "critical": "!!"}.get(row["severity"], "  ")
        say(f"{mark} {exact['class']:<15} {row['group'] and row['group'] + ': '}{row['descr']}: {value}")
