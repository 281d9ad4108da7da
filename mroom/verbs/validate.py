"""`mroom validate`: every fault of an inventory in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from mroom.exits import Exit
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say

if TYPE_CHECKING:
    from inventory import Problem, Report


def register(app: typer.Typer) -> None:
    @app.command()
    @verb
    def validate(site: SiteOption = None, as_json: JsonOption = False) -> None:
        """Check the inventory: every fault with its line, what was expected, what was found and the next step.

        Example: mroom validate --site nishinomiya
        """
        import inventory
        from mroom.settings import settings, site_folder

        report = inventory.check(site_folder(site))
        name = report.site.site.name if report.site else settings(site).site
        problems = [near(problem) for problem in report.problems]
        if as_json:
            emit(document(name, report, problems))
        else:
            _tell(name, report, problems)
        if problems:
            raise SystemExit(int(Exit.invalid))


def near(problem: Problem) -> Problem:
    """The same with its file as an editor started here would open it."""
    import dataclasses
    from pathlib import Path

    path, here = Path(problem.file), Path.cwd()
    shown = str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else problem.file
    return dataclasses.replace(problem, file=shown)


def document(name: str, report: Report, problems: list[Problem]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "site": name,
        "ok": not problems,
        "counts": report.counts,
        "errors": [problem.as_dict() for problem in problems],
        "accepted": [found.as_dict() for found in report.accepted],
    }


def _tell(name: str, report: Report, problems: list[Problem]) -> None:
    for problem in problems:
        say(problem.text())
    for found in report.accepted:
        say(f"accepted: {found.code} of {found.element} until {found.until}, by {found.by}: {found.reason}")
    if problems:
        files = len({problem.file for problem in problems})
        say(f"{name}: {_count(len(problems), 'problem')} in {_count(files, 'file')}")
        return
    counts = ", ".join(f"{count} {what}" for what, count in report.counts.items())
    say(f"{name}: valid ({counts})")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
