"""A ground for tests: the example site, a journal of the test's own, and a moment."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import inventory
import journal
from audit import papers, shelf
from audit.ground import Ground
from audit.item import Item
from audit.prometheus import Prometheus
from audit.score import Assessment, Judged, assess, judge
from bcp.record import Record
from bcp.verdict import Verdict
from inventory import graph
from inventory.model import Site

SITE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"
AT = dt.datetime(2126, 3, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
"""Far ahead: what a test puts into a journal is written at the clock's time, and must not lie after the moment."""
ITEMS = shelf.load().items


@functools.cache
def example() -> Site:
    return inventory.load(SITE)


def without(site: Site, collection: str, id_: str) -> Site:
    """The site without one object."""
    kept = {name: one for name, one in getattr(site, collection).items() if name != id_}
    return site.model_copy(update={collection: kept})


def changed(site: Site, collection: str, id_: str, **fields: Any) -> Site:
    """The site with one object changed."""
    objects = dict(getattr(site, collection))
    objects[id_] = objects[id_].model_copy(update=fields)
    return site.model_copy(update={collection: objects})


def ground(
    state: Path,
    site: Site | None = None,
    at: dt.datetime = AT,
    prometheus: str | None = None,
    folder: Path | None = None,
) -> Ground:
    model = site or example()
    with journal.open(state) as opened:
        entries = tuple(entry for entry in opened.entries() if dt.datetime.fromisoformat(entry.time) <= at)
        wrong = opened.verify()
    folders = [one for one in (folder, state / papers.FOLDER) if one]
    found = papers.load(folders, ITEMS, model.rooms)
    asked = Prometheus(prometheus) if prometheus else None
    return Ground(
        model, graph.build(model, at.date()), at, entries, found, state, asked, wrong[0].what if wrong else None
    )


def of(ground_: Ground, item: str | Item) -> Judged:
    """One item of the shipped catalogue, or one of the test's own."""
    return judge(ground_, ITEMS[item] if isinstance(item, str) else item)[0]


def rooms(judged: Judged) -> dict[str, str]:
    """Room → verdict."""
    return {one.room: one.outcome.verdict.value for one in judged.rooms}


def whole(ground_: Ground) -> Assessment:
    return assess(ground_, shelf.load())


def run(drill: str, element: str, ended: dt.datetime, verdict: str = "met", restored: bool = True) -> dict[str, Any]:
    """What the journal keeps of a run."""
    time = ended.isoformat()
    made = Record(f"{drill}-1", drill, Verdict(verdict), restored, time, time, element, "cut")
    return made.document()
