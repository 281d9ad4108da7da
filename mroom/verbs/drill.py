"""`mroom drill`: break something on purpose, measure what people would feel, put it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mroom.exits import Exit
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say

if TYPE_CHECKING:
    from bcp.record import Record

DrillArgument = Annotated[str, typer.Argument(help="A drill of `mroom drill list`.", metavar="ID")]


def register(app: typer.Typer) -> None:
    drill = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(drill, name="drill")
    _shelf(drill)
    _run(drill)
    _past(drill)


def _shelf(drill: typer.Typer) -> None:
    @drill.command("list")
    @verb
    def list_(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """The drills that there are, and when each last ran.

        Example: mroom drill list
        """
        import journal
        from bcp.listing import row
        from bcp.shelf import load_all
        from mroom.drilling import site_of
        from mroom.settings import settings

        drills = load_all(site_of(site))
        with journal.open(settings(site).state) as opened:
            rows = [row(one, opened) for one in drills.values()]
        if as_json:
            emit({"drills": rows})
            return
        for one in rows:
            last = f"{one['last']} ({one['last_verdict']})" if one["last"] else "never"
            say(f"{one['id']:<14} {one['title']['ja']} / {one['title']['en']}; last run: {last}")

    @drill.command()
    @verb
    def show(name: DrillArgument, site: SiteOption = None, as_json: JsonOption = False) -> None:
        """One drill: the damage that it assumes, its steps, what takes them back, when it stops by itself.

        Example: mroom drill show line-cut
        """
        import journal
        from bcp.listing import details
        from bcp.shelf import load
        from mroom.drilling import site_of
        from mroom.settings import settings

        with journal.open(settings(site).state) as opened:
            found = details(load(name, site_of(site)), opened)
        if as_json:
            emit({**found, "drills": [found]})
            return
        say(f"{found['id']}: {found['title']['ja']} / {found['title']['en']}")
        say(f"  {found['purpose']['ja']}\n  {found['purpose']['en']}")
        for key in ("hazard", "steps", "undo", "abort_conditions"):
            for text in found[key]:
                say(f"  {key.replace('_', ' '):<16} {text}")


def _run(drill: typer.Typer) -> None:
    @drill.command()
    @verb
    def run(
        name: DrillArgument,
        element: Annotated[
            str | None, typer.Option("--element", help="The line to break, where the drill fits several.")
        ] = None,
        plan: Annotated[bool, typer.Option("--plan", help="Say what would be done and its risks; do nothing.")] = False,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Break, measure, mend. Exit 0 target met, 1 missed, 5 unknown, 6 aborted and restored.

        Example: mroom drill run line-cut --element line-b
        """
        import journal
        from bcp.listing import plan_lines, record_lines
        from bcp.plan import make
        from bcp.run import run as run_drill
        from bcp.shelf import load
        from mroom.drilling import ground, site_of
        from mroom.settings import settings

        model = site_of(site)
        planned = make(model, load(name, model), element)
        if plan:
            if as_json:
                emit(planned.document())
            for line in plan_lines(planned) if not as_json else ():
                say(line)
            return
        with journal.open(settings(site).state) as opened:
            record = run_drill(planned, ground(site, opened))
        if as_json:
            emit(record.document())
        for line in record_lines(record) if not as_json else ():
            say(line)
        raise SystemExit(exit_of(record))


def exit_of(record: Record) -> Exit:
    """The exit code of a run that has a record."""
    if not record.restored:
        return Exit.failed
    if record.aborted_by:
        return Exit.unreachable if record.aborted_by == "unreachable" else Exit.restored
    return {"met": Exit.ok, "missed": Exit.failed, "unknown": Exit.unchecked}[record.verdict.value]


def _past(drill: typer.Typer) -> None:
    @drill.command()
    @verb
    def recover(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """Put back what a run left broken when both it and its guard died. Exit 0 when nothing is left broken.

        Example: mroom drill recover
        """
        import journal
        from mroom.drilling import recover_all
        from mroom.settings import settings

        with journal.open(settings(site).state) as opened:
            done = recover_all(site, opened)
        if as_json:
            emit({"runs": [one.document() for one in done]})
        elif not done:
            say("nothing is left to recover")
        for one in done if not as_json else ():
            say(f"{one.run}: undone {', '.join(one.undone) or 'nothing'}; {'; '.join(one.problems) or 'restored'}")
        raise SystemExit(Exit.ok if all(one.restored for one in done) else Exit.failed)

    @drill.command()
    @verb
    def history(
        name: Annotated[str | None, typer.Argument(help="One drill alone.", metavar="[ID]")] = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Every run that ended, the oldest first.

        Example: mroom drill history line-cut
        """
        import journal
        from bcp.record import runs
        from bcp.shelf import load
        from mroom.drilling import site_of
        from mroom.settings import settings

        if name:
            load(name, site_of(site))
        with journal.open(settings(site).state) as opened:
            found = runs(opened, name)
        if as_json:
            emit({"runs": found})
        for one in found if not as_json else ():
            rto = next((measure["rto_seconds"] for measure in one["measures"]), None)
            recovery = "" if rto is None else f", recovery {rto:.3f} s"
            say(f"{one['started']}  {one['run']}  {one['element']} {one['kind']}: {one['verdict']}{recovery}")
