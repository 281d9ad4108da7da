"""The report: both languages, every verdict with its evidence, the same bytes for the same inputs, no certificate."""

from __future__ import annotations

import hashlib
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

from audit import shelf
from audit.report import html, oscal, plots
from audit.report.words import WORDS
from audit.score import judge
from mroom import schemas
from tests.audit.prom import prometheus
from tests.audit.rich import gathered, scene
from tests.audit.scene import ground
from tests.audit.test_audit_verbs import MROOM, error, mroom
from tests.audit.test_telemetry import AT, SAMPLES, window


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


@pytest.mark.timeout(900)  # two processes that set some 35 pages each, on a machine that may be busy
def test_the_same_inputs_give_the_same_bytes_in_another_process_and_the_pdf_embeds_its_fonts(tmp_path):
    words = ["audit", "report", "--at", "2026-11-20T09:00:00+09:00", "--json"]
    documents = []
    for number in (1, 2):
        seed = {**os.environ, "PYTHONHASHSEED": str(number)}
        command = [MROOM, *words, "--out", str(tmp_path / str(number))]
        done = subprocess.run(command, env=seed, capture_output=True, text=True, check=True, timeout=420)
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
