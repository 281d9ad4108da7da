"""The device files: what is wrong is told with its line, and every file holds to the rules of all."""

from __future__ import annotations

import re

import pytest

from inventory.reading.files import decode as source
from monitoring.devices import load_all
from monitoring.devices.shelf import FOLDER, read, readings
from monitoring.sensors.decode import decode, tables
from monitoring.sensors.match import matching, starred
from monitoring.snmp.plan import combined, subtrees

SHELF = [starred(one, f"{one.star}.66") for one in load_all()]
GOOD = """\
title: Example
source: EXAMPLE-MIB
match:
  - {sysobjectid: 1.3.6.1.4.1.99999}
states:
  door: {1: [open, warning], 2: [closed, ok]}
tables:
  - at: 1.3.6.1.4.1.99999.1.1
    look: {name: "2", kind: "3", digits: "4", status: "6"}
    readings:
      - {column: 5, class: temperature, descr: "{name}", only: {kind: 1}, scales: [{look: digits, sign: -1}],
         alarm: [status, door]}
      - {column: 5, class: state, descr: "Door {name|i}", only: {kind: 2}, states: door}
"""
VALUES = {
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.99999.7",
    "1.3.6.1.4.1.99999.1.1.2.4": b"Rack",
    "1.3.6.1.4.1.99999.1.1.3.4": 1,
    "1.3.6.1.4.1.99999.1.1.4.4": 1,
    "1.3.6.1.4.1.99999.1.1.5.4": 215,
    "1.3.6.1.4.1.99999.1.1.6.4": 2,
    "1.3.6.1.4.1.99999.1.1.3.9": 2,
    "1.3.6.1.4.1.99999.1.1.5.9": 1,
}


def parsed(text: str):
    return read(source("example.yaml", text.encode()))


def test_a_file_says_how_a_table_is_read():
    definition, problems = parsed(GOOD)
    assert problems == []
    rows = decode(matching([definition], VALUES), VALUES)
    assert [(row.class_, row.descr, row.value, row.state, row.severity) for row in rows] == [
        ("temperature", "Rack", 21.5, "closed", "ok"),
        ("state", "Door 9", 1, "open", "warning"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("class: temperature", "class: warmth", 11, "class"),
        ("states: door}", "states: gate}", 13, "no list of states 'gate'"),
        ('descr: "{name}"', 'descr: "{label}"', 11, "no look 'label'"),
        ("look: digits", "look: tenths", 11, "no look 'tenths'"),
        ("only: {kind: 2}", "only: {sort: 2}", 13, "no look 'sort'"),
        ("alarm: [status, door]", "alarm: [mood, door]", 12, "no look 'mood'"),
        ('name: "2"', 'name: "2@x"', 9, "look"),
        ("1.3.6.1.4.1.99999.1.1", ".1.3.6.1.4.1", 8, "OID"),
        ("column: 5, class: state", "column: 5.1, class: state", 13, "column"),
        (", states: door}", "}", 13, "states belong to the class state"),
        ("match:\n  - {sysobjectid: 1.3.6.1.4.1.99999}\n", "", 1, "which devices is it for?"),
        ("1: [open, warning]", "1: [open, bad]", 6, "ok"),
        ("tables:", "table:", 7, "table"),
        ("title: Example", "title: Example\ntitle: Again", 2, "twice"),
        ("[closed, ok]", "[off, ok]", 6, "two ways"),
        ('descr: "{name}", only', 'descr: "{name}", find: "(", only', 11, "regular expression"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, line, says):
    assert old in GOOD
    _, problems = parsed(GOOD.replace(old, new, 1))
    assert problems
    told = "\n".join(problem.text() for problem in problems)
    assert says in told
    assert line in {problem.line for problem in problems}, told


def test_all_faults_of_a_file_are_told_at_once():
    text = GOOD.replace("class: temperature", "class: warmth").replace("1: [open, warning]", "1: [open, bad]")
    _, problems = parsed(text)
    assert {problem.line for problem in problems} == {6, 11}


@pytest.mark.parametrize("definition", SHELF, ids=lambda one: one.id)
def test_a_file_reads_its_own_maker_s_tables(definition):
    own = {match.sysobjectid or match.serves for match in definition.match}
    makers = {found[0] for oid in own if oid and (found := re.match(r"1\.3\.6\.1\.4\.1\.\d+", oid))}
    for at, _ in tables(definition):
        standard = at.startswith("1.3.6.1.2.1.")
        assert standard or any(at.startswith(f"{maker}.") for maker in makers), at
        assert standard or not definition.always, at


@pytest.mark.parametrize("definition", SHELF, ids=lambda one: one.id)
def test_a_plan_covers_every_column_once(definition):
    walked = subtrees(definition)
    for at, table in tables(definition):
        for reading in readings(definition, table):
            column = f"{at}.{reading.column}"
            assert sum(column == oid or column.startswith(f"{oid}.") for oid in walked) == 1, column
    for oid in walked:
        assert not any(other != oid and oid.startswith(f"{other}.") for other in walked)


def test_what_two_files_need_is_walked_once():
    walked = [oid for oid, _ in combined(SHELF)]
    assert len(set(walked)) == len(walked)
    assert not [oid for oid in walked if any(other != oid and oid.startswith(f"{other}.") for other in walked)]


def test_a_star_stands_for_the_model_s_own_number():
    values = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.28507.66", "1.3.6.1.4.1.28507.66.1.5.1.2.1.6.3": 231}
    rows = [row for row in decode(matching(SHELF, values), values) if row.class_ == "voltage"]
    assert [(row.oid, row.value, row.group) for row in rows] == [
        ("1.3.6.1.4.1.28507.66.1.5.1.2.1.6.3", 231, "Power Channel 3")
    ]


def test_makers_disagree_about_the_scale_of_a_frequency():
    for raw in (50, 500, 5000):
        values = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.1", "1.3.6.1.2.1.33.1.4.2.0": raw}
        (row,) = decode(matching(SHELF, values), values)
        assert row.value == 50


def test_a_number_that_means_for_ever_is_listed_and_not_exported():
    values = {"1.3.6.1.2.1.33.1.2.3.0": 4294967295}
    (row,) = decode(matching(SHELF, values), values)
    assert row.document()["value"] == 4294967295
    assert row.document()["exact"]["value"] is None


def test_there_is_a_file_for_each_kind_of_device_of_a_machine_room():
    assert {"ups-mib", "if-mib", "entity-sensor-mib", "host-resources-mib"} <= {one.id for one in SHELF if one.always}
    assert len(SHELF) == len(list(FOLDER.glob("*.yaml"))) >= 50
