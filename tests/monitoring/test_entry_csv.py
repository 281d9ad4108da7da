"""CSV drops in the two formats, and rubbish in them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.reading.files import Source
from monitoring.entry.event import Bad, Event
from monitoring.entry.formats.shelf import FOLDER, load_all, read
from monitoring.entry.records import LONGEST_BYTES, fields, lines, rows
from tests.monitoring.entries import DOOR, Room, translator

JA = "日付,時刻,装置,扉番号,区分,カード番号,氏名,通番"
CODES = "RecordId;EventTime;Panel;Reader;Side;EventCode;Badge;Cardholder"
TRANSLATOR = translator()


def event_of(header, text, encoding):
    one, names = TRANSLATOR.header(header.encode(encoding))
    return TRANSLATOR.row(one, names, text)


def test_the_two_formats_say_the_same():
    ja = event_of(JA, f'2026/11/25,09:15:02,doorctl-s,{DOOR},入室,77,"髙﨑, ①",5', "cp932")
    codes = event_of(CODES, f"5;2026-11-25T00:15:02Z;198.18.36.152;{DOOR};IN;1;77;髙﨑, ①", "utf-8")
    assert ja == codes == Event("doorctl-s", DOOR, 1795565702000, "in", "granted", ja.card, "77", "髙﨑, ①", 5)
    assert ja.card not in {"", "77"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"2026/11/25,09:15:02,doorctl-s,{DOOR},入室,77,a", "columns"),
        (f"2026/11/25,09:15:99,doorctl-s,{DOOR},入室,77,a,5", "time"),
        (f"2026/11/25,09:15:02,doorctl-x,{DOOR},入室,77,a,5", "unknown controller"),
        ("2026/11/25,09:15:02,doorctl-s,door-c-room-rear,入室,77,a,5", "unknown door"),
        (f"2026/11/25,09:15:02,doorctl-s,{DOOR},宴会,77,a,5", "unknown event"),
        (f"2026/11/25,09:15:02,doorctl-s,{DOOR},入室,77,a,-5", "sequence"),
        (f"2026/11/25,09:15:02,doorctl-s,{DOOR},入室,77,a,٣", "sequence"),
        (f'2026/11/25,09:15:02,doorctl-s,{DOOR},入室,77,"a"b,5', "quotes"),
        (f"2026/11/25,09:15:02,doorctl-s,{DOOR},入室,{'7' * 300},a,5", "too long"),
    ],
)
def test_a_bad_row_has_a_reason(text, reason):
    with pytest.raises(Bad, match=f"^{reason}$"):
        event_of(JA, text, "cp932")


def test_columns_may_stand_in_any_order_but_not_be_missing():
    assert TRANSLATOR.header("通番,扉番号,区分,装置,時刻,日付,備考".encode("cp932"))
    assert TRANSLATOR.header("通番,扉番号,区分,装置,時刻".encode("cp932")) is None
    assert TRANSLATOR.header("日付,時刻,装置,扉番号,区分,区分".encode("cp932")) is None
    assert TRANSLATOR.header(b"\xef\xbb\xbf" + CODES.encode()) is not None


CELLS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12), min_size=2, max_size=4)


@given(st.lists(CELLS, max_size=8))
def test_records_with_line_breaks_and_quotes_are_read_as_they_were_written(table):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(table)
    found = [fields(text.decode(), ",") for _, text in rows(buffer.getvalue().encode())]
    assert found == table


@given(st.binary(max_size=400), st.integers(0, 400))
@example(b'"' + b"x\n" * 50, 0)
@example(b'a\n"b\nc\n', 3)
def test_no_byte_is_given_twice_or_left_out(data, cut):
    for split in (lines, rows):
        at, out = 0, b""
        for end, text in split(data):
            assert at < end
            assert data[at:end].rstrip(b"\r\n") == text.rstrip(b"\r\n")
            out, at = out + data[at:end], end
        assert out == data[:at]
        # what is left has no whole record in it: it is read again with what follows
        assert split is rows or b"\n" not in data[at:]


def test_a_quote_that_nobody_closes_takes_one_line_with_it():
    data = b'a,"b\n' + b"c,d\n" * (LONGEST_BYTES // 4 + 10)
    found = [text for _, text in rows(data)]
    assert found[:2] == [b'a,"b', b"c,d"]
    assert len(found) == LONGEST_BYTES // 4 + 11


GOOD = [f'2026/11/25,09:15:0{n},doorctl-s,{DOOR},入室,77,"髙﨑, ①",{n}' for n in range(5)]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_mutated_drop_gives_events_and_lines_aside_and_nothing_else(tmp_path_factory, data):
    text = "\r\n".join([JA, *GOOD, ""]).encode("cp932")
    start = len(JA.encode("cp932")) + 2
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(start, len(text)))
        end = min(len(text), at + data.draw(st.integers(0, 9)))
        text = text[:at] + data.draw(st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b",", b"\0"])) + text[end:]
    room = Room(tmp_path_factory.mktemp("csv"))
    (room.csv / "a.csv").write_bytes(text)
    room.now += 1e9  # so that the last record, too, has come to rest
    room.turn()
    ((offset, size),) = room.ingest.store.rows("SELECT offset, size FROM file")
    assert offset == size == len(text)
    again = sum(room.column("SELECT number FROM count WHERE kind = 'line' AND a = 'again'"))
    at, records = 0, 0
    for at, record in rows(text):  # noqa: B007 `at` is used behind the loop
        records += bool(record)
    # the header is none, what follows the last line break is one
    assert len(room.sequences()) + len(room.aside()) + again == records - 1 + (at < len(text))
    assert room.turn() == 0


def test_every_format_file_is_whole():
    assert [one.id for one in load_all()] == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert {one.shape for one in load_all()} == {"structured", "pairs", "csv"}


def test_a_fault_in_a_format_file_is_told_with_its_line():
    text = (FOLDER / "csv-ja.yaml").read_text(encoding="utf-8")
    for change, to, says in (
        ("開扉: opened", "開扉: open", ":15:"),
        ("encoding: cp932", "encoding: sjis", ":4:"),
        ('time: "%Y/%m/%d %H:%M:%S"\n', "", "where does the time stand?"),
    ):
        assert change in text
        _, problems = read(Source("csv-ja.yaml", text.replace(change, to)))
        assert any(says in problem.text() for problem in problems), [problem.text() for problem in problems]
