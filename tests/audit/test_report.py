"""The report: both languages, every verdict with its evidence, the same bytes for the same inputs, no certificate."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
import zlib
from html import unescape
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal
from audit import shelf
from audit.ledger import before, keep
from audit.report import facts, html, oscal, plots
from audit.report.assets import COLUMNS, Row, differences, ledger, table
from audit.report.isms import rates, unapproved
from audit.report.records import Asset, Audit, RecordsBroken, assets, audits
from audit.report.words import WORDS
from audit.score import assess, judge
from bcp.record import KIND as DRILL
from journal.changes import record
from mroom import schemas
from tests.audit.prom import prometheus
from tests.audit.scene import AT as LATE
from tests.audit.scene import changed, example, ground, run
from tests.audit.test_audit_verbs import MROOM, error, mroom
from tests.audit.test_telemetry import AT, SAMPLES, window

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


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    state = tmp_path_factory.mktemp("report") / "state"
    return gathered(scene(state), state)


@pytest.fixture(scope="module")
def pages(told):
    return {language: html.render(told, language) for language in ("ja", "en")}


# --- the page


def text(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_page_says_what_it_is_and_what_it_is_not(told, pages, language):
    first = text(pages[language].split("</section>")[0])
    notice = told.kept.assessment.catalogue.head.notice
    assert (notice.ja if language == "ja" else notice.en) in first
    assert WORDS["not_certificate"][language] in first
    assert told.kept.head.hash in first
    assert told.kept.assessment.inventory_sha256 in first
    assert "/ 47" in first
    whole = text(pages[language]).casefold()
    assert "certified" not in whole
    assert "認証取得" not in whole


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_item_stands_there_with_its_verdict_its_reason_and_its_evidence(told, pages, language):
    for judged in told.kept.assessment.items:
        own = pages[language].split(f'id="{judged.item.id}">')[1].split("</section>")[0]
        verdict = WORDS[judged.outcome.verdict.value][language]
        assert own.lstrip().startswith(f'<h3><span class="verdict {judged.outcome.verdict.value}">{verdict}</span>')
        assert all(f"<td>{one.room}</td>" in own for one in judged.rooms)
        for evidence in judged.evidence:
            assert evidence.sha256 in own
        assert ("working item, not JDCC text" if language == "en" else "JDCCの項目文ではない") in own


def test_evidence_has_its_thumbnail_and_what_comes_from_outside_is_escaped(pages):
    page = pages["en"]
    line = page.split('id="network-line-drill">')[1].split("</section>")[0]
    assert "run line-cut-1" in line
    assert "website: 1.25 s / 10 s" in line
    assert "minimal cut sets by size" in page
    assert "one at a time" in page
    assert "移設予定 (課長, Until 2126-12-31)" in page
    assert "職員<b>" not in page
    assert "職員&lt;b&gt;" in page


def test_the_pages_for_the_isms_tell_rates_and_unapproved_changes(pages):
    own = text(pages["en"].split("<h2>ISMS</h2>")[1].split("<h2>")[0])
    assert re.search(r"Internal audit\s+2\s+1\s+50\.0 %\s+unmet\s+税務課", own)
    assert re.search(r"Self-check\s+1\s+1\s+100\.0 %\s+met", own)
    assert "c1" in own
    assert "c2" not in own
    assert "nothing records them yet" in own


def test_without_imported_lists_the_report_says_so(tmp_path):
    state = tmp_path / "s"
    page = text(html.render(gathered(ground(state), state, lists=False), "en"))
    assert WORDS["no_audits"]["en"] in page
    assert WORDS["no_list"]["en"] in page
    assert WORDS["first"]["en"] in page
    assert WORDS["no_waivers"]["en"] in page


def test_the_change_since_the_last_assessment_is_told(tmp_path):
    state = tmp_path / "s"
    assert gathered(ground(state), state).changed == []
    scene(state)
    second = gathered(ground(state), state)
    assert second.changed == [("building-pml", "unknown", "met")]
    assert "unknown → met" in text(html.render(second, "en"))


def test_a_page_asks_for_nothing_from_elsewhere(pages):
    for page in pages.values():
        assert not re.search(r"<(script|link|img|iframe|object)\b|url\(|@import| src=", page)


def test_every_word_is_there_in_both_languages_and_is_used():
    template = (Path(html.__file__).with_name("templates") / "report.html.j2").read_text(encoding="utf-8")
    code = template + "".join(path.read_text(encoding="utf-8") for path in Path(html.__file__).parent.glob("*.py"))
    for name, said in WORDS.items():
        assert set(said) == {"ja", "en"}
        assert all(said.values())
        body = code.replace(f'    "{name}": {{', "", 1)
        assert re.search(rf"\b{name}\b", body) or re.search(rf"['\"]{name}['\"]", body), name


# --- the same bytes, and PDF/A


def inflated(pdf: bytes) -> bytes:
    """The objects of a PDF that stand in compressed streams."""
    streams = re.findall(rb"/ObjStm.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(stream) for stream in streams)


def test_the_same_inputs_give_the_same_bytes_in_another_process_and_the_pdf_embeds_its_fonts(tmp_path):
    words = ["audit", "report", "--at", "2026-11-20T09:00:00+09:00", "--json"]
    documents = []
    for number in (1, 2):
        seed = {**os.environ, "PYTHONHASHSEED": str(number)}
        command = [MROOM, *words, "--out", str(tmp_path / str(number))]
        done = subprocess.run(command, env=seed, capture_output=True, text=True, check=True, timeout=240)
        documents.append(json.loads(done.stdout))
        jsonschema.validate(documents[-1], schemas.schema("audit report"))
    names = {Path(row["path"]).name for row in documents[0]["files"]}
    assert names >= {"report.ja.html", "report.en.html", "report.ja.pdf", "report.en.pdf", "assets.csv", "catalog.json"}
    assert [row["sha256"] for row in documents[0]["files"]] == [row["sha256"] for row in documents[1]["files"]]
    assert documents[0]["head"] == documents[1]["head"]
    for row in documents[0]["files"]:
        assert hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() == row["sha256"]
    for language in ("ja", "en"):
        pdf = tmp_path / "1" / f"report.{language}.pdf"
        fonts = subprocess.run(["pdffonts", str(pdf)], capture_output=True, text=True, check=True).stdout.splitlines()[
            2:
        ]
        assert fonts
        assert all("Noto-Sans" in line and re.search(r"\byes yes yes\b", line) for line in fonts), fonts
        meta = subprocess.run(["pdfinfo", "-meta", str(pdf)], capture_output=True, text=True, check=True).stdout
        assert re.search(r"pdfaid:part(=\"|>)3", meta)
        assert b"/OutputIntents" in inflated(pdf.read_bytes())
        words_ = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
        assert documents[0]["head"] in re.sub(r"\s", "", words_)


# --- the asset ledger


def test_the_ledger_has_every_element_that_mroom_show_lists(told):
    out = json.loads(subprocess.run([MROOM, "show", "--json"], capture_output=True, text=True, check=True).stdout)
    assert [row.id for row in told.assets] == [element["id"] for element in out["elements"]]
    assert [row.kind for row in told.assets] == [element["kind"] for element in out["elements"]]
    rows = {row.id: row for row in told.assets}
    assert (rows["core-s1"].owner, rows["core-s1"].place) == ("ict-network", "s-r1 < s-room < second")
    assert (rows["core-s1"].watched, rows["core-s1"].audited, rows["core-s1"].asset) == (True, True, "A-1")
    assert (rows["duct-north"].watched, rows["duct-north"].audited) == (False, True)


def test_audited_is_what_an_evidence_looked_at(told):
    assert not any(row.audited for row in ledger(told.ground, []))


def test_the_ledger_reads_back_from_its_csv(told):
    data = table(COLUMNS, [row.cells() for row in told.assets])
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [row.id for row in told.assets]
    assert {row["watched"] for row in rows} == {"yes", "no"}


def test_the_differences_from_the_existing_list_are_told(told):
    found = {(one.code, one.asset, one.element) for one in told.differences if one.code != "no-number"}
    assert found == {("not-here", "A-2", ""), ("other-name", "A-3", "core-s2")}
    assert ("no-number", "", "web-s") in {(one.code, one.asset, one.element) for one in told.differences}


def row(id_: str, asset: str) -> Row:
    return Row(id_, "host", f"名{id_}", f"name {id_}", "", "", asset, watched=False, audited=False, retired="")


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", "2", "3"])), unique_by=lambda pair: pair[0]),
    st.sets(st.sampled_from("1234")),
)
def test_every_number_is_in_both_or_told(rows, listed):
    own = [row(*pair) for pair in rows]
    found = differences(own, [Asset(number, "") for number in sorted(listed)])
    numbers = {one.asset for one in own if one.asset}
    assert {one.asset for one in found if one.code == "not-here"} == listed - numbers
    assert {one.asset for one in found if one.code == "not-listed"} == numbers - listed
    assert {one.element for one in found if one.code == "no-number"} == {one.id for one in own if not one.asset}


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless():
    assert b"\n'=1+1" in table(["a"], [["=1+1"]]).replace(b"\r", b"")


# --- imported lists


@pytest.mark.parametrize(
    ("read", "data", "what"),
    [
        (audits, "部署,種別,実施日\n", "1: one column result or 結果"),
        (audits, "", "1: one column section or 部署"),
        (audits, AUDITS + "a,内部監査,昨日,\n", "5: '昨日' is no date"),
        (audits, AUDITS + ",内部監査,,\na,外部,,\n", "5: a section"),
        (assets, ASSETS + "A-1,x\n", "5: the asset number A-1 stands twice"),
        (assets, ASSETS + ",x\n", "5: no asset number"),
        (assets, '資産番号,名称\n"A', "unexpected end of data"),
    ],
)
def test_a_broken_list_is_told_with_its_line(read, data, what):
    with pytest.raises(RecordsBroken, match=re.escape(what)):
        read(Path("l.csv"), data.encode())


def test_a_list_in_another_encoding_is_told():
    with pytest.raises(RecordsBroken, match="UTF-8"):
        assets(Path("l.csv"), ASSETS.encode("cp932"))


def test_english_headings_in_any_order_are_read():
    assert audits(Path("a"), b"result,date,kind,section\nok,2026-01-01,internal,tax\n") == [
        Audit("tax", "internal", dt.date(2026, 1, 1), "ok")
    ]


@pytest.mark.parametrize(
    ("days", "share", "reached"), [([1] * 9 + [None], 0.9, True), ([1] * 8 + [366, None], 0.8, False), ([365], 1, True)]
)
def test_the_rate_counts_sections_with_a_record_within_a_year(days, share, reached):
    day = dt.date(2026, 11, 25)
    records = [
        Audit(f"s{n}", "internal", None if old is None else day - dt.timedelta(days=old), "")
        for n, old in enumerate(days)
    ]
    [rate] = rates(records, day)
    assert (rate.share, rate.reached) == (share, reached)
    [again] = rates([*records, *(Audit(one.section, "internal", None, "") for one in records)], day)
    assert again.share == share  # an empty line does not undo a record


def test_a_change_that_was_approved_at_any_time_is_approved(tmp_path):
    with journal.open(tmp_path) as opened:
        record(opened, "c1", "begun", author="a", approver="b")
        record(opened, "c1", "confirmed", author="a")
        record(opened, "c2", "begun", author="a", objects=["x"])
        record(opened, "c2", "restored", author="a", objects=["x"])
    assert [(one.id, one.state) for one in unapproved(ground(tmp_path))] == [("c2", "restored")]


# --- OSCAL


def test_the_oscal_documents_hold_to_trestles_own_validator(told, tmp_path):
    made = oscal.documents(told)
    trestle = str(Path(MROOM).with_name("trestle"))
    (project := tmp_path / "project").mkdir()

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([trestle, *words], cwd=project, capture_output=True, text=True, check=False, timeout=120)

    assert call("init", "--local").returncode == 0
    for name, data in made.items():
        (tmp_path / f"own-{name}").write_bytes(data)
        done = call("import", "-f", str(tmp_path / f"own-{name}"), "-o", name.partition(".")[0])
        assert done.returncode == 0, done.stdout + done.stderr
    done = call("validate", "-a")
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(made["assessment-results.json"])["assessment-results"]["results"][0]
    states = {one["target"]["target-id"]: one["target"]["status"] for one in results["findings"]}
    assert states["cooling-redundancy_smt"]["state"] == "satisfied"
    assert states["building-use_smt"]["state"] == "not-satisfied"
    assert states["building-use_smt"]["remarks"].startswith("unknown")
    controls = {c["id"] for group in json.loads(made["catalog.json"])["catalog"]["groups"] for c in group["controls"]}
    assert controls == set(shelf.load().items)
    observed = {one["relevant-evidence"][0]["href"] for one in results["observations"]}
    assert observed == {f"evidence/{sha256}.json" for sha256 in told.kept.assessment.evidence}


def test_the_oscal_documents_are_the_same_at_every_making(told):
    assert oscal.documents(told) == oscal.documents(told)


# --- pictures


def test_a_metric_is_drawn_from_what_prometheus_said(tmp_path):
    (tmp_path / "p").mkdir()
    with prometheus(tmp_path / "p", SAMPLES) as url:
        judged, _ = judge(ground(tmp_path / "s", at=AT, prometheus=url), window("cooling-temperature"))
    rows = html.thumbnails(judged.evidence[0], {})
    assert len(rows) == 6
    drawn = {ET.fromstring(svg).find("{*}title").text: svg for _, svg in rows}
    svg = drawn["temp-c-cold over the window"]
    assert "576/576" in svg
    assert ">30<" in svg  # the limit


@given(
    st.lists(st.tuples(st.dates(), st.floats(-50, 50), st.floats(-50, 50)), max_size=5, unique_by=lambda row: row[0]),
    st.booleans(),
)
def test_a_window_is_always_well_formed(rows, limited):
    daily = [[day.isoformat(), min(a, b), max(a, b)] for day, a, b in sorted(rows)]
    seen = {"steps_shown": 1, "steps_expected": 2, "daily": daily, **({"low": 1.0, "high": 2.0} if limited else {})}
    assert ET.fromstring(plots.window("<&>", seen)) is not None


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.lists(st.text(max_size=5), max_size=2), max_size=40))
def test_a_removal_has_a_square_for_each_element(found):
    loses = {id_: lost for id_, lost in found.items() if lost}
    printable = {k: v for k, v in found.items() if (k + "".join(v)).isprintable()}
    picture = plots.removal({"examined": list(printable), "loses": {k: v for k, v in loses.items() if k in printable}})
    assert len(ET.fromstring(picture).findall("{*}rect")) == len(printable)


# --- the verbs


def test_a_report_with_broken_lists_writes_nothing(tmp_path):
    (tmp_path / "a.csv").write_text("nothing\n")
    code, out, _ = mroom("report", "--out", str(tmp_path / "r"), "--audits", str(tmp_path / "a.csv"), "--json")
    assert (code, error(out)["code"]) == (2, "records")
    assert not (tmp_path / "r").exists()
    code, out, _ = mroom("report", "--out", str(tmp_path / "r"), "--assets", str(tmp_path / "no.csv"), "--json")
    assert (code, error(out)["code"]) == (2, "unreadable")


def test_without_the_font_no_other_one_is_taken(monkeypatch):
    from audit.report import pdf

    monkeypatch.setattr(pdf, "FONT", "No Such Font")
    with pytest.raises(pdf.NoFont):
        pdf.render("<p>x</p>")
