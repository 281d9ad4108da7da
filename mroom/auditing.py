"""What an audit stands on: the site, the journal, the papers and the metrics, as one moment."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mroom.exits import Exit
from mroom.failure import Failure
from mroom.output import log

if TYPE_CHECKING:
    from audit.ground import Ground
    from audit.ledger import Kept
    from audit.shelf import Catalogue
    from journal import Journal


def moment(given: str | None) -> dt.datetime:
    """The moment of judging: as given (RFC 3339 with an offset), else now. Raises Failure."""
    if given is None:
        return dt.datetime.now(dt.UTC)
    try:
        at = dt.datetime.fromisoformat(given)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        message = f"--at {given!r} is no time with an offset"
        raise Failure(Exit.usage, "usage", message, "write it like 2026-04-01T09:00:00+09:00")
    return at


def catalogue(chosen: str | None, state: Path) -> Catalogue:
    """The catalogue in force: `working`, `imported`, a folder; without a choice the imported one where there is one."""
    from audit import shelf

    if chosen is None:
        return shelf.in_force(state)
    folder = {"working": shelf.WORKING, "imported": shelf.imported(state)}.get(chosen, Path(chosen))
    if not folder.is_dir():
        hint = "give working, imported (after `mroom audit import`) or a folder"
        raise Failure(Exit.usage, "no-catalogue", f"no catalogue {chosen!r}: {folder} is no folder", hint)
    return shelf.load(folder)


def ground(site: str | None, found: Catalogue, journal: Journal, at: dt.datetime, prometheus: str | None) -> Ground:
    """Everything that verdicts may look at, up to the moment `at`."""
    from zoneinfo import ZoneInfo

    import inventory
    from audit import papers
    from audit.ground import Ground
    from audit.prometheus import Prometheus
    from inventory import graph
    from mroom.settings import settings, site_folder

    folder, state = site_folder(site), settings(site).state
    _plain_url(prometheus)
    model = inventory.load(folder)
    wrong = journal.verify()
    entries = tuple(entry for entry in journal.entries() if dt.datetime.fromisoformat(entry.time) <= at)
    return Ground(
        site=model,
        graph=graph.build(model, at.astimezone(ZoneInfo(model.site.timezone)).date()),
        at=at,
        entries=entries,
        papers=papers.load([folder / papers.FOLDER, state / papers.FOLDER], found.items, model.rooms),
        state=state,
        prometheus=Prometheus(prometheus) if prometheus else None,
        edited=f"entry {wrong[0].sequence} {wrong[0].what}" if wrong else None,
    )


def _plain_url(url: str | None) -> None:
    """A password in a URL would go into reasons, reports and the ledger. Raises Failure."""
    if url is not None and not re.fullmatch(r"https?://[^\s@?#]+", url):
        hint = "give it like http://127.0.0.1:9090, without a user or a password"
        raise Failure(Exit.usage, "usage", "--prometheus is no plain http or https address", hint)


@dataclass(frozen=True)
class Found:
    """An assessment that the journal has, and what it was made from."""

    kept: Kept
    ground: Ground
    journal: Journal
    site: str


@contextmanager
def kept(site: str | None, chosen: str | None, prometheus: str | None, at: str | None) -> Iterator[Found]:
    """Judge, and keep what was found in the journal, which stays open. Raises what the parts raise."""
    import journal
    from audit.ledger import keep
    from audit.score import assess
    from mroom.settings import settings

    state = settings(site).state
    items = catalogue(chosen, state)
    with journal.open(state) as opened:
        stand = ground(site, items, opened, moment(at), prometheus)
        if stand.edited:
            log(f"the journal was edited ({stand.edited}): its records show nothing, and a bundle of it is not good")
        found = keep(opened, assess(stand, items), stand.papers)
        # where the same was found before, everything is told as of then
        stand = replace(stand, at=dt.datetime.fromisoformat(found.assessment.at))
        yield Found(found, stand, opened, stand.site.site.name)


def refuse_existing(path: Path) -> None:
    """Evidence is never overwritten. Raises Failure."""
    if path.exists():
        raise Failure(Exit.usage, "exists", f"{path} is there already", "give another name, or move it away")
    if not path.absolute().parent.is_dir():
        raise Failure(Exit.usage, "no-folder", f"there is no folder {path.parent}", "make it, or give another one")


def write_new(path: Path, data: bytes) -> None:
    """Write a file as a whole: it is there with all of its content, or not at all."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)


def read_file(path: Path) -> bytes:
    """A file that the call names. Raises Failure."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise Failure(Exit.usage, "unreadable", message, "give the path of a file that you may read") from None


def report(found: Found, audits: Path | None, assets: Path | None) -> dict[str, bytes]:
    """The files of a report on what was found. Raises RecordsBroken and NoFont."""
    from audit.ledger import before
    from audit.report import facts, records, write

    listed = records.assets(assets, read_file(assets)) if assets else None
    audited = records.audits(audits, read_file(audits)) if audits else None
    gathered = facts.gather(found.ground, found.kept, before(found.journal, found.kept), audited, listed)
    return write.files(gathered)
