"""`mroom audit`: how many items are met, how that is known, and a bundle that shows any later edit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mroom.exits import Exit
from mroom.failure import verb
from mroom.options import JsonOption, SiteOption
from mroom.output import emit, say, working

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
AuditsOption = Annotated[
    Path | None,
    typer.Option(
        "--audits", help="CSV of audits: section, kind, date, result (部署, 種別, 実施日, 結果).", metavar="CSV"
    ),
]
AssetsOption = Annotated[
    Path | None,
    typer.Option("--assets", help="CSV of the asset system: asset, name (資産番号, 名称).", metavar="CSV"),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="MROOM_AUDIT_KEY", help="Reference of an Ed25519 key: file:PATH or env:NAME.", metavar="REF"
    ),
]


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(audit, name="audit")
    _score(audit)
    _import(audit)
    _report(audit)
    _bundle(audit)
    _verify(audit)


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
        with journal.open(state) as opened, working("looking at the evidence"):
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
        for one in judged.rooms:
            if one.waiver:
                told = f"{one.waiver.reason} ({one.waiver.approver}, until {one.waiver.until})"
                say(f"                 {one.room}: {one.waiver.kind.value}: {told}")


def _report(audit: typer.Typer) -> None:
    @audit.command()
    @verb
    def report(
        out: Annotated[Path, typer.Option("--out", help="The folder to write into.", metavar="DIR")],
        audits: AuditsOption = None,
        assets: AssetsOption = None,
        catalogue: CatalogueOption = None,
        prometheus: PrometheusOption = None,
        at: AtOption = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Write the report in Japanese and English: HTML, PDF/A, OSCAL, the asset ledger. Same inputs, same bytes.

        Example: mroom audit report --out report-2026 --audits audits.csv --assets assets.csv
        """
        from mroom.auditing import kept, write_new
        from mroom.auditing import report as make

        with kept(site, catalogue, prometheus, at) as found, working("setting the report in two languages"):
            files = make(found, audits, assets)
        rows = []
        for name, data in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, data)
            rows.append({"path": str(path), "sha256": hashlib.sha256(data).hexdigest()})
        if as_json:
            emit({"files": rows, "head": found.kept.head.hash})
            return
        for row in rows:
            say(f"{row['sha256']}  {row['path']}")
        say(f"ledger head {found.kept.head.hash}; keep it elsewhere")


def _bundle(audit: typer.Typer) -> None:
    @audit.command()
    @verb
    def bundle(
        out: Annotated[Path, typer.Option("--out", help="The file to write; one that is there stays.", metavar="FILE")],
        *,
        key: KeyOption = None,
        audits: AuditsOption = None,
        assets: AssetsOption = None,
        catalogue: CatalogueOption = None,
        prometheus: PrometheusOption = None,
        at: AtOption = None,
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Pack verdicts, evidence and the whole ledger into one signed file that shows any later edit.

        Example: mroom audit bundle --out audit-2026.tar --key file:/media/key/audit
        """
        from audit.bundle.make import contents, make
        from audit.bundle.signature import usable
        from mroom.auditing import kept, refuse_existing, report, write_new
        from mroom.settings import settings
        from mroom.signing import key_reference

        refuse_existing(out)
        state = settings(site).state
        reference = key_reference(key, state)
        usable(reference, state)  # before anything is written into the ledger
        with kept(site, catalogue, prometheus, at) as found, working("setting the report in two languages"):
            pages = {f"report/{name}": data for name, data in report(found, audits, assets).items()}
            files = contents(found.kept, found.journal.entries(), state) | pages
            made = make(files, reference, state, found.site)
        write_new(out, made.data)
        rows = [{"path": str(out), "sha256": hashlib.sha256(made.data).hexdigest()}]
        head = found.kept.head.hash
        if as_json:
            emit({"files": rows, "head": head, "signed_by": f"{made.key.principal} {made.key.fingerprint()}"})
            return
        say(f"{out}: {len(made.files)} files, sha256 {rows[0]['sha256']}")
        say(f"signed by {made.key.principal} {made.key.fingerprint()}; ledger head {head}")


def _verify(audit: typer.Typer) -> None:
    @audit.command()
    @verb
    def verify(
        bundle: Annotated[Path, typer.Argument(help="A file of `mroom audit bundle`.", metavar="BUNDLE")],
        head: Annotated[
            str | None, typer.Option("--head", help="A hash that was kept elsewhere: the ledger must hold it.")
        ] = None,
        signers: Annotated[
            Path | None, typer.Option("--signers", help="allowed_signers that was kept elsewhere.", metavar="FILE")
        ] = None,
        site: SiteOption = None,  # noqa: ARG001 every verb takes it; a bundle is verified from itself alone
        as_json: JsonOption = False,
    ) -> None:
        """Find and name every change of a bundle, offline. Exit 1 when there is one.

        Example: mroom audit verify audit-2026.tar --head HASH --signers allowed_signers
        """
        from audit.bundle.verify import verify as look
        from mroom.auditing import read_file

        kept = read_file(signers) if signers else None
        found = look(read_file(bundle), head, kept)
        if as_json:
            emit(found.document())
        else:
            for flaw in found.flaws:
                say(f"{flaw.entry}: {flaw.what}")
            say(f"{'good' if found.ok else 'NOT good'}: {found.entries} entries, head {found.head}")
            say(f"signed by {found.signed_by}")
        raise SystemExit(Exit.ok if found.ok else Exit.failed)


def _import(audit: typer.Typer) -> None:
    @audit.command("import")
    @verb
    def import_(
        sheet: Annotated[Path, typer.Argument(help="The assessment sheet: xlsx or CSV.", metavar="SHEET")],
        mapping: Annotated[
            Path, typer.Option("--map", help="Which column is what, and which evidence shows each row.", metavar="FILE")
        ],
        site: SiteOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Take the city's own sheet as the catalogue. Exit 1, and nothing is changed, when a row or a total is wrong.

        Example: mroom audit import 評価表.xlsx --map 評価表.yaml
        """
        import journal
        from audit import shelf
        from audit.sheet import keep, table
        from audit.sheet.convert import convert
        from audit.sheet.mapping import load
        from mroom.auditing import read_file
        from mroom.settings import settings

        working = dict(shelf.load().items)
        given = load(mapping, read_file(mapping), working)
        data = read_file(sheet)
        names = [name for name in given.columns.model_dump().values() if name]
        found = convert(table.load(sheet, data, given.where, names), given, working)
        if not found.problems:
            state = settings(site).state
            with journal.open(state) as opened:
                keep.keep(opened, state, sheet, data, given, found)
        if as_json:
            items = [{"id": id_, **item} for id_, item in found.items.items()]
            emit({
                "catalogue": given.head.id,
                "declared": given.head.declared,
                "goal": given.head.goal,
                "achieved": found.achieved,
                "kept": not found.problems,
                "items": items,
                "problems": [problem.plain() for problem in found.problems],
            })  # fmt: skip
        else:
            for problem in found.problems:
                say(f"row {problem.row}: {problem.what}" if problem.row else problem.what)
            shown = sum(bool(item["evidence"]) for item in found.items.values())
            say(f"{len(found.items)} items, {shown} of them with evidence to look for")
            say("nothing was changed" if found.problems else f"{given.head.id} is the catalogue in force")
        raise SystemExit(Exit.failed if found.problems else Exit.ok)
