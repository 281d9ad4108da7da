"""`mroom twin`: the room on one machine."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, log, say
from mroom.settings import settings, site_folder


def register(app: typer.Typer) -> None:
    twin = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(twin, name="twin")
    _lifecycle(twin)
    _inside(twin)


def _lifecycle(twin: typer.Typer) -> None:
    @twin.command()
    @verb
    def up(
        bare: Annotated[bool, typer.Option("--bare", help="Addresses and keys only, no configuration.")] = False,
        fresh: Annotated[
            bool, typer.Option("--fresh", help="Use no cached node layers (none are kept yet: every boot is fresh).")
        ] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Boot the site as namespaces of this machine, and wait until every path works.

        Example: mroom twin up
        """
        import inventory
        from twin.up import up as boot

        if fresh:
            log("no node layers are cached yet: every boot is a fresh one")
        done = boot(inventory.load(site_folder(site)), settings(site).state, bare=bare, log=log)
        if as_json:
            emit(done)
        else:
            say(f"up: {done['nodes']} nodes, {done['links']} links in {done['seconds']:.1f} s")

    @twin.command()
    @verb
    def down(as_json: JsonOption = False) -> None:
        """End the twin, whatever state it is in. Keys and known_hosts stay.

        Example: mroom twin down
        """
        from twin.up import down as end

        was = end(settings().state)
        if as_json:
            emit(was)
        else:
            say(f"down: {was['nodes']} nodes in {was['seconds']:.1f} s")


def _inside(twin: typer.Typer) -> None:
    @twin.command()
    @verb
    def status(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """What runs, what is broken on purpose, and whether the routers see each other.

        Example: mroom twin status --json
        """
        import inventory
        from twin.room import status as look

        document = look(inventory.load(site_folder(site)), settings(site).state)
        if as_json:
            emit(document)
            return
        say("up" if document["up"] else "down")

    @twin.command(context_settings={"ignore_unknown_options": True})
    @verb
    def shell(
        node: Annotated[str, typer.Argument(help="A node of `mroom twin status`.")],
        command: Annotated[list[str] | None, typer.Argument(help="After --: what to run; a shell without it.")] = None,
        site: SiteOption = None,
    ) -> None:
        """Run a command (or a shell) as root in a node; its output and exit code are passed through.

        Example: mroom twin shell core-s1 -- vtysh -c "show ip ospf neighbor"
        """
        import inventory
        from twin.node import ENVIRONMENT
        from twin.room import Twin

        there = Twin.open(inventory.load(site_folder(site)), settings(site).state)
        argv = there.command(node, command or ["bash", "--login"])
        sys.stdout.flush()
        done = subprocess.run(argv, env={**ENVIRONMENT, "PS1": rf"\u@{node}:\w\$ "}, check=False)
        raise SystemExit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
