"""A state with something on every page of the report."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import journal
from audit import shelf
from audit.ledger import before, keep
from audit.report import facts
from audit.report.records import assets, audits
from audit.score import assess
from journal.changes import record
from journal.drills import ENDED as DRILL
from tests.audit.scene import AT as LATE
from tests.audit.scene import changed, example, ground, run

AUDITS = "部署,種別,実施日,結果\n総務課,内部監査,2126-01-10,適合\n税務課,内部監査,,\n総務課,自己点検,2126/02/01,済\n"
ASSETS = "資産番号,名称\nA-1,第二庁舎コア1\nA-2,古い装置\nA-3,別の名前\n"


def scene(state: Path, url: str | None = None):
    """A state with something on every page."""
    folder = state / "audit"
    folder.mkdir(parents=True)
    (folder / "pml.txt").write_text("PML 14 %")
    digest = hashlib.sha256(b"PML 14 %").hexdigest()
    (folder / "papers.yaml").write_text(
        f"attestations: {{pml: {{item: building-pml, document: pml.txt, sha256: '{digest}', value: 14, by: 評価者, "
        "dated: 2126-01-01, until: 2126-12-31}}\n"
        "waivers: {w: {item: building-earthquake, rooms: [c-room], reason: 移設予定, approver: 課長, "
        "approved: 2126-01-01, until: 2126-12-31}}\n",
        encoding="utf-8",
    )
    ended = LATE - dt.timedelta(days=5)
    marks = {name: (ended - dt.timedelta(seconds=n)).isoformat() for n, name in ((40, "fault"), (10, "mended"))}
    measure = {"system": "website", "rto_seconds": 1.25, "rto_target_seconds": 10.0}
    body = {**run("line-cut", "line-a", ended), "started": (ended - dt.timedelta(seconds=60)).isoformat(),
            "marks": marks, "measures": [measure]}  # fmt: skip
    with journal.open(state) as opened:
        opened.append(DRILL, body)
        record(opened, "c1", "confirmed", author="職員<b>", approver=None, objects=["core-s1"])
        record(opened, "c2", "confirmed", author="職員", approver="課長", objects=["core-s2"])
    site = changed(example(), "devices", "core-s1", asset="A-1")
    site = changed(site, "devices", "core-s2", asset="A-3")
    return ground(state, site, prometheus=url)


def gathered(stand, state: Path, *, lists: bool = True) -> facts.Facts:
    with journal.open(state) as opened:
        kept = keep(opened, assess(stand, shelf.load()), stand.papers)
        last = before(opened, kept)
    records = (
        (audits(Path("a.csv"), AUDITS.encode()), assets(Path("b.csv"), ASSETS.encode())) if lists else (None, None)
    )
    return facts.gather(stand, kept, last, *records)
