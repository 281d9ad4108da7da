"""The city's own sheet: imported with a mapping, its totals checked, its faults told by row, its claims never taken
for verdicts. Every sheet here is made up."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal
from audit import shelf
from audit.sheet import SheetBroken
from audit.sheet.convert import convert, slug
from audit.sheet.mapping import MappingInvalid, load
from audit.sheet.table import MOST_ROWS
from audit.sheet.table import load as load_table
from inventory.model.base import ID_PATTERN
from mroom import schemas
from tests.audit.test_audit_verbs import error, mroom

MAP = Path(__file__).parent / "sheets" / "map.yaml"
HEADER = ["番号", "分類", "区分", "項目", "ティア3", "判定", "備考"]
ROWS = [
    ["E-1", "電源", "必須", "機器の二重給電", "二系統から給電する", "○", ""],
    ["Ｅ-2", "電気設備", "必須", "架空の項目", "架空の値", "○", "全角"],
    [3, "空調", "任意", "空調機の冗長", "一台止めても足りる", "×", None],
    ["4", "建物", "基準", "架空の項目2", "架空の値2", "ー", ""],
]


def mapping(text: str | None = None):
    working = dict(shelf.load().items)
    return load(MAP, (text or MAP.read_text(encoding="utf-8")).encode(), working)


def workbook(rows, header=HEADER, name="評価", more=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    sheet.append(["評価表（架空）"])
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    for other in more:
        book.create_sheet(other)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def commas(rows, header=HEADER):
    lines = [["評価表（架空）"], header, *rows]
    return "".join(",".join("" if cell is None else str(cell) for cell in line) + "\r\n" for line in lines)


def converted(data: bytes, given=None):
    given = given or mapping()
    names = [name for name in given.columns.model_dump().values() if name]
    return convert(load_table(Path("sheet"), data, given.where, names), given, shelf.load().items)


FORMS = {
    "xlsx": lambda rows: workbook(rows, more=["控え"]),
    "csv": lambda rows: commas(rows).encode(),
    "csv with a mark": lambda rows: b"\xef\xbb\xbf" + commas(rows).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_good_sheet_gives_the_same_items_whatever_its_form(form):
    found = converted(FORMS[form](ROWS))
    assert found.problems == ()
    assert found.achieved == 2
    assert list(found.items) == ["e-1", "e-2", "no-3", "no-4"]
    first, third = found.items["e-1"], found.items["no-3"]
    assert (first["number"], first["category"], first["class"], first["declared"]) == ("E-1", "電気設備", "基準", "met")
    assert first["evidence"] == [{"proof": {"check": "dual-corded", "settings": {}}}]
    assert (third["number"], third["class"], third["owner"]) == ("3", "推奨", "facility-desk")
    assert [next(iter(query)) for query in third["evidence"]] == ["proof", "drill"]
    assert found.items["no-4"]["evidence"] == []


def test_a_sheet_in_the_encoding_of_windows_needs_a_word_in_the_mapping():
    data = commas([*ROWS[:2], *ROWS[2:]]).encode("cp932")
    with pytest.raises(SheetBroken) as error_:
        converted(data)
    assert "cp932" in error_.value.hint
    text = MAP.read_text(encoding="utf-8").replace("header_row: 2", "header_row: 2, encoding: cp932")
    assert converted(data, mapping(text)).problems == ()


def edited(row, column, value):
    rows = [list(line) for line in ROWS]
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        (ROWS[:3], [(0, "3 items, 4 are declared")]),
        ([*ROWS, ["5", *ROWS[0][1:]]], [(0, "5 items"), (0, "3 items are met, 2 are declared")]),
        (edited(2, 5, "○"), [(0, "3 items are met")]),
        (edited(1, 0, "E-1"), [(4, "stands in row 3 too")]),
        (edited(1, 0, "e 1"), [(4, "stands in row 3 too")]),
        (edited(1, 0, None), [(4, "no number"), (0, "says that 1 items are met")]),
        (edited(1, 0, "※"), [(4, "is no number")]),
        (edited(1, 1, "電機"), [(4, "'電機' in the column '分類'")]),
        (edited(0, 2, "?"), [(3, "'?' in the column '区分'")]),
        (edited(3, 3, ""), [(6, "nothing in the column '項目'")]),
        (edited(3, 4, "長" * 4001), [(6, "4001 characters")]),
        (edited(3, 5, "△"), [(6, "the status '△' has no meaning")]),
        (edited(2, 0, 30), [(0, "evidence for '3', which is no row")]),
        ([["", None, "", "", "", "", ""], *ROWS, [None] * 7], []),
    ],
)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_each_fault_of_a_row_is_told_with_its_number(rows, problems, form):
    found = converted(FORMS[form](rows))
    told = [(problem.row, problem.what) for problem in found.problems]
    for row, what in problems:
        assert any(at == row and what in text for at, text in told), told
    assert bool(told) == bool(problems)


def test_all_faults_are_told_in_one_run():
    rows = [["", "?", "?", "", "", "?", ""] for _ in range(4)]
    assert len(converted(workbook(rows)).problems) >= 4 * 5


def test_a_formula_without_a_saved_value_is_told_and_not_taken_for_nothing():
    found = converted(workbook(edited(1, 4, '=CONCATENATE("a","b")')))
    assert any(p.row == 4 and "E4 holds a formula whose value was never saved" in p.what for p in found.problems)


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def bomb():
    return zipped({f"xl/{number}.xml": bytes(100 * 1024 * 1024) for number in range(3)})


GOOD = workbook(ROWS)
BROKEN = {
    "empty": (b"", "has no column"),
    "old xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "neither a workbook"),
    "binary": (b"\x00\x01\x02", "neither a workbook"),
    "cut off": (GOOD[: len(GOOD) // 2], "broken workbook"),
    "a zip of something else": (zipped({"a.txt": b"x"}), "broken workbook"),
    "a bomb": (bomb(), "unpacks to"),
    "another sheet": (workbook(ROWS, name="別"), "has no sheet"),
    "no header": (workbook(ROWS, header=[None]), "has no column"),
    "a column twice": (workbook(ROWS, header=[*HEADER[:6], "番 号"]), "several columns"),
    "other headings": (workbook(ROWS, header=["No", *HEADER[1:]]), "has no column 番号"),
    "open quotes": (commas(ROWS).replace("架空の値2", '"架空').encode(), "is no CSV"),
    "too many rows": ((commas(ROWS) + "x,\r\n" * MOST_ROWS).encode(), "more than"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_sheet_is_a_clear_error(kind):
    data, what = BROKEN[kind]
    with pytest.raises(SheetBroken, match=what) as error_:
        converted(data)
    assert error_.value.hint


def test_damaged_workbooks_are_told_or_read_but_never_break():
    chance = random.Random(7)
    outcomes = set()
    for _ in range(60):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            outcomes.add(bool(converted(bytes(data)).problems))
        except SheetBroken as broken:
            outcomes.add(broken.hint)
    assert any(isinstance(hint, str) and "save it anew" in hint for hint in outcomes)


@given(st.text(max_size=60))
def test_a_slug_is_an_id_of_ours_or_told_as_none(number):
    made = slug(number)
    assert made == "" or re.match(ID_PATTERN, made)
    assert len(made) <= 40


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("same_as: power-dual-corded", "same_as: power-dual-cordet"), "no-item"),
        (("check: one-cooler-out", "check: two-coolers-out"), "no-check"),
        (("E-1: {same_as: power-dual-corded}", "E-1: {owner: x}"), "one-thing"),
        (("○: met", "○: 適合"), "wrong-value"),
        (("columns: {number: 番号, ", "columns: {"), "missing-field"),
        (("catalogue:", "katalog:"), "unknown-collection"),
        (("declared: 4", "declared: four"), "wrong-type"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_line(edit, code):
    text = MAP.read_text(encoding="utf-8")
    assert edit[0] in text
    with pytest.raises(MappingInvalid) as error_:
        mapping(text.replace(*edit))
    assert code in {problem.code for problem in error_.value.problems}
    assert all(problem.line >= 1 for problem in error_.value.problems)


# --- the verb


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "評価表.xlsx"
    path.write_bytes(workbook(ROWS))
    return path


def test_an_imported_sheet_is_the_catalogue_in_force_and_its_claims_are_no_verdicts(sheet, tmp_path):
    code, out, err = mroom("import", str(sheet), "--map", str(MAP), "--json")
    assert code == 0, err
    document = json.loads(out)
    jsonschema.validate(document, schemas.schema("audit import"))
    assert (document["catalogue"], len(document["items"]), document["problems"]) == ("made-up", 4, [])
    code, out, _ = mroom("score", "--json")
    score = json.loads(out)
    assert (score["catalogue"], score["official"], score["declared"], score["goal"]) == ("made-up", False, 4, 2)
    verdicts = {item["id"]: (item["declared"], item["verdict"]) for item in score["items"]}
    assert verdicts == {
        "e-1": ("met", "met"),
        "e-2": ("met", "unknown"),  # claimed, and nothing shows it
        "no-3": ("unmet", "unknown"),
        "no-4": ("not_applicable", "unknown"),
    }
    assert code == 1
    assert json.loads(mroom("score", "--catalogue", "working", "--json")[1])["catalogue"] == "working"
    with journal.open(tmp_path / "state") as opened:
        [entry] = opened.entries("audit-import")
        assert entry.body["items"] == 4


def test_a_sheet_with_a_wrong_row_changes_nothing(sheet, tmp_path):
    assert mroom("import", str(sheet), "--map", str(MAP))[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "state" / "audit" / "catalogue").iterdir()}
    sheet.write_bytes(workbook(edited(0, 1, "?")))
    code, out, _ = mroom("import", str(sheet), "--map", str(MAP), "--json")
    assert code == 1
    jsonschema.validate(json.loads(out), schemas.schema("audit import"))
    assert [problem["row"] for problem in json.loads(out)["problems"]] == [0, 3]
    assert {path.name: path.read_bytes() for path in (tmp_path / "state" / "audit" / "catalogue").iterdir()} == before


def test_the_catalogue_before_is_set_aside_not_lost(sheet, tmp_path):
    for _ in range(2):
        assert mroom("import", str(sheet), "--map", str(MAP))[0] == 0
    folders = sorted(path.name for path in (tmp_path / "state" / "audit").iterdir())
    assert folders[0] == "catalogue"
    assert folders[1].startswith("catalogue-until-")
    assert len(folders) == 2


def test_a_sheet_or_a_mapping_that_cannot_be_read_is_told(sheet, tmp_path):
    code, out, _ = mroom("import", str(tmp_path / "no.xlsx"), "--map", str(MAP), "--json")
    assert (code, error(out)["code"]) == (2, "unreadable")
    (tmp_path / "bad.yaml").write_text("catalogue: {}\n")
    code, out, _ = mroom("import", str(sheet), "--map", str(tmp_path / "bad.yaml"), "--json")
    assert (code, error(out)["code"]) == (3, "mapping-invalid")
    sheet.write_bytes(b"PK\x03\x04 nothing")
    code, out, _ = mroom("import", str(sheet), "--map", str(MAP), "--json")
    assert (code, error(out)["code"]) == (2, "sheet")


def test_47_rows_with_42_met_are_taken_as_declared(tmp_path):
    text = MAP.read_text(encoding="utf-8").replace("declared: 4", "declared: 47").replace("goal: 2", "goal: 42")
    text = text[: text.index("evidence:")]
    rows = [[n, "電源", "必須", f"架空{n}", f"値{n}", "○" if n <= 42 else "×", ""] for n in range(1, 48)]
    (tmp_path / "s.csv").write_text(commas(rows), encoding="utf-8")
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    code, out, _ = mroom("import", str(tmp_path / "s.csv"), "--map", str(tmp_path / "m.yaml"), "--json")
    document = json.loads(out)
    assert (code, len(document["items"]), document["achieved"], document["goal"]) == (0, 47, 42, 42)
    assert mroom("score")[0] == 5  # nothing was mapped to an evidence: nothing can be checked
