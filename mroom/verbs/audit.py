"""`mroom audit`: how many items are met, how that is known, and a bundle that shows any later edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mroom.exits import Exit
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say

if TYPE_CHECKING:
    from audit.score import Assessment

CatalogueOption = Annotated[
    str | None,
    typer.Option("--catalogue", help="working, imported or a folder; imported where there is one.", metavar="NAME"),
]
PrometheusOption = Annotated[
    str | None,
    typer.Option("--prometheus", envvar="MROOM_PROMETHEUS", help="Where metrics are asked for.", metavar="URL"),
]
AtOption = Annotated[
    str | None, typer.Option("--at", help="Judge as of this time (RFC 3339 with an offset); now.", metavar="TIME")
]


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(audit, name="audit")
    _score(audit)


def _score(audit: typer.Typer) -> None:
    @audit.command()
    @verb
    def score(
        catalogue: CatalogueOption = None,
        prometheus: PrometheusOption = None,
        at: AtOption = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Judge every item from its evidence. Exit 1 below the declared goal, 5 when nothing could be checked.

        Example: mroom audit score --prometheus http://127.0.0.1:9090
        """
        import journal
        from audit.score import assess
        from mroom.auditing import catalogue as chosen
        from mroom.auditing import ground, moment
        from mroom.settings import settings

        state = settings(site).state
        found = chosen(catalogue, state)
        with journal.open(state) as opened:
            result = assess(ground(site, found, opened, moment(at), prometheus), found)
        if as_json:
            emit(result.document())
        else:
            _tell(result)
        raise SystemExit(exit_of(result))


def exit_of(result: Assessment) -> Exit:
    """Nothing checked says more than below the goal, which it always is too."""
    if not result.checked:
        return Exit.unchecked
    return Exit.ok if result.counts["met"] >= result.catalogue.head.goal else Exit.failed


def _tell(result: Assessment) -> None:
    head, counts = result.catalogue.head, result.counts
    say(f"{head.title.ja} / {head.title.en}: modelled on {head.standard}; {head.notice.en}")
    say(f"{counts['met']} met of {head.declared} (goal {head.goal}); unmet {counts['unmet']},")
    say(f"unknown {counts['unknown']}, not applicable {counts['not_applicable']}")
    category = None
    for judged in result.items:
        if judged.item.category is not category:
            category = judged.item.category
            say(f"\n{category}")
        say(f"  {judged.outcome.verdict.value:<14} {judged.item.title.ja} / {judged.item.title.en} [{judged.item.id}]")
        say(f"                 {judged.outcome.why.en}")
