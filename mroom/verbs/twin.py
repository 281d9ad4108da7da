"""`mroom twin`: the room on one machine."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mroom.exits import Exit
from mroom.failure import Failure, verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, log, say
from mroom.settings import settings, site_folder

if TYPE_CHECKING:
    from twin.room import Twin


def register(app: typer.Typer) -> None:
    twin = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(twin, name="twin")
    _lifecycle(twin)
    _inside(twin)
    _faults(twin)
    _facility(twin)


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
    def down(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """End the twin, whatever state it is in. Keys and known_hosts stay.

        Example: mroom twin down
        """
        from twin.up import down as end

        was = end(settings(site).state)
        if as_json:
            emit(was)
        else:
            say(f"down: {was['nodes']} nodes in {was['seconds']:.1f} s")


def _faults(twin: typer.Typer) -> None:
    @twin.command("break")
    @verb
    def break_(
        element: Annotated[str, typer.Argument(help="Anything of `mroom show` that is a thing.")],
        kind: Annotated[
            str | None,
            typer.Option(help="cut, silent, loss, rate (links, ducts); power, freeze, kill (nodes); power (all else)."),
        ] = None,
        ratio: Annotated[
            float | None, typer.Option(help="loss: share of packets lost in each direction, 0 to 1.")
        ] = None,
        bits_per_second: Annotated[float | None, typer.Option(help="rate: what each direction still carries.")] = None,
        daemon: Annotated[str | None, typer.Option(help="kill: which program; the node's main one without it.")] = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Break something on purpose. Without --kind: lines, cables and ducts are cut, all else loses power.

        Example: mroom twin break line-a --kind silent
        """
        params = {"ratio": ratio, "bits_per_second": bits_per_second, "daemon": daemon}
        given = {name: value for name, value in params.items() if value is not None}
        fault = _open(site).break_(element, kind, **given)
        if as_json:
            emit({"faults": [fault.document()]})
        else:
            say(f"{fault.id}: {fault.element} {fault.kind} since {fault.since}")

    @twin.command()
    @verb
    def mend(
        element: Annotated[str | None, typer.Argument(help="An element, or the id of one fault.")] = None,
        everything: Annotated[bool, typer.Option("--all", help="Mend all that is broken.")] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Mend an element, or all; nodes that get power back have booted when this ends.

        Example: mroom twin mend --all
        """
        if (element is None) != everything:
            raise Failure(Exit.usage, "usage", "say what to mend", "give an element, or --all")
        mended = _open(site).mend(element)
        if as_json:
            emit({"faults": [fault.document() for fault in mended]})
        else:
            for fault in mended:
                say(f"{fault.id}: {fault.element} {fault.kind} mended")
            if not mended:
                say("nothing was broken")


def _facility(twin: typer.Typer) -> None:
    @twin.command("set")
    @verb
    def set_(
        element: Annotated[str, typer.Argument(help="A sensor, something of the power or cooling, or a building.")],
        values: Annotated[
            list[str],
            typer.Argument(metavar="KEY=VALUE…", help="temperature, leak, smoke, battery, fuel, out, factor …"),
        ],
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Set what a sensor shows (`auto`: what the physics say) or a state of the facility.

        Example: mroom twin set temp-s-cold temperature=36.5
        """
        pairs = dict(value.split("=", 1) for value in values if "=" in value)
        wrong = [value for value in values if "=" not in value]
        if wrong:
            raise Failure(Exit.usage, "usage", f"expected KEY=VALUE, found {', '.join(wrong)}", "see --help")
        state = _open(site).set(element, pairs)
        if as_json:
            emit({"element": element, "set": pairs, "plant": state})
        else:
            say(f"{element}: {', '.join(f'{key} {value}' for key, value in pairs.items())}")


def _open(site: str | None) -> Twin:
    import inventory
    from twin.room import Twin

    return Twin.open(inventory.load(site_folder(site)), settings(site).state, log)


def _inside(twin: typer.Typer) -> None:
    @twin.command()
    @verb
    def status(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """What runs, what is broken on purpose, and whether the routers see each other.

        Example: mroom twin status --json
        """
        import inventory
        from twin.status import status as look

        document = look(inventory.load(site_folder(site)), settings(site).state)
        if as_json:
            emit(document)
        else:
            _tell(document)

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
        from twin.node import ENVIRONMENT

        argv = _open(site).command(node, command or ["bash", "--login"])
        own = {name: os.environ[name] for name in ("TERM", "LANG", "LC_ALL") if name in os.environ}
        sys.stdout.flush()
        os.execvpe(argv[0], argv, {**ENVIRONMENT, **own})  # noqa: S606 its output and exit code are then its own


def _tell(document: dict[str, Any]) -> None:
    """The same for a person: what is out of order in full, the rest in numbers."""
    if not document["up"]:
        say("no twin is up; `mroom twin up` boots it")
        return
    nodes, links, near = document["nodes"], document["links"], document["adjacencies"]
    say(f"up since {document['since']}")
    say(f"nodes        {sum(n['state'] == 'up' for n in nodes)} of {len(nodes)} up")
    say(f"links        {sum(link['state'] == 'up' for link in links)} of {len(links)} up")
    say(f"adjacencies  {near['full']} of {near['expected']} full")
    for node in nodes:
        if node["state"] != "up":
            say(f"  {node['name']} ({node['kind']}) is {node['state']}")
    for link in links:
        if link["state"] != "up":
            say(f"  {link['name']} ({link['ends'][0]} to {link['ends'][1]}) is down")
    for fault in document["faults"]:
        say(f"  fault {fault['id']}: {fault['element']} {fault['kind']} since {fault['since']}")
