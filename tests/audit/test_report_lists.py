"""The asset ledger, its differences from the existing list, and what is imported for the ISMS."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal
from audit.report.assets import COLUMNS, Row, differences, ledger, table
from audit.report.isms import rates, unapproved
from audit.report.records import Asset, Audit, RecordsBroken, assets, audits
from journal.changes import record
from tests.audit.rich import ASSETS, AUDITS, gathered, scene
from tests.audit.scene import ground
from tests.audit.test_audit_verbs import MROOM


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    state = tmp_path_factory.mktemp("lists") / "state"
    return gathered(scene(state), state)


def test_the_ledger_has_every_element_that_mroom_show_lists(told):
    out = json.loads(subprocess.run([MROOM, "show", "--json"], capture_output=True, text=True, check=True).stdout)
    assert [row.id for row in told.assets] == [element["id"] for element in out["elements"]]
    assert [row.kind for row in told.assets] == [element["kind"] for element in out["elements"]]
    rows = {row.id: row for row in told.assets}
    assert (rows["core-s1"].owner, rows["core-s1"].place) == ("ict-network", "s-r1 < s-room < second")
    assert (rows["core-s1"].watched, rows["core-s1"].audited, rows["core-s1"].asset) == (True, True, "A-1")
    assert (rows["duct-north"].watched, rows["duct-north"].audited) == (False, True)
    assert not any(rows[id_].watched for id_ in ("second", "s-room", "s-r1", "utility-s"))  # a street is no address
    assert all(rows[id_].watched for id_ in ("gen-s", "line-a", "temp-s-cold", "website", "noc", "cam-s-room-1"))


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
