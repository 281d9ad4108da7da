"""Files to database: exactly once, through rotation, truncation and death at any moment; nothing is lost silently."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.entry import spool
from monitoring.entry.ingest import KEPT_BYTES
from monitoring.entry.store import Store, StoreError
from tests.monitoring.entries import DOOR, NOW, Room, line


@pytest.fixture
def room(tmp_path):
    return Room(tmp_path)


def lines(first, last):
    return "".join(line(number) for number in range(first, last + 1))


def test_what_is_added_is_read_once(room):
    room.write(lines(1, 3))
    assert [room.turn(), room.turn()] == [3, 0]
    room.write(lines(4, 5))
    room.open()
    assert [room.turn(), room.turn()] == [2, 0]
    assert room.sequences() == [1, 2, 3, 4, 5]


def test_a_line_is_read_when_it_is_whole(room):
    text = line(1)
    room.write(text[:70])
    assert room.turn() == 0
    room.open()
    room.write(text[70:])
    assert room.turn() == 1
    assert room.sequences() == [1]


def test_renaming_rotation_loses_nothing(room):
    path = room.write(lines(1, 3))
    room.turn()
    room.write(lines(4, 5))
    path.rename(room.spool / "a.log.1")
    room.write(lines(6, 7))
    room.turn()
    (room.spool / "a.log.1").rename(room.spool / "a.log-20261125")
    path.rename(room.spool / "a.log.1")
    room.write(lines(8, 8))
    room.open().ingest.turn()
    assert room.sequences() == list(range(1, 9))
    assert room.facts("gap", "spool-lost", "spool-truncated") == []


def test_copying_and_truncating_loses_nothing(room):
    path = room.write(lines(1, 3))
    room.turn()
    room.write(lines(4, 5))
    shutil.copyfile(path, room.spool / "a.log.1")
    assert room.turn() == 2, "the copy is known as such"
    os.truncate(path, 0)
    room.write(lines(6, 7))
    room.turn()
    assert room.sequences() == list(range(1, 8))
    room.write(lines(8, 40))  # longer than it ever was
    room.open().turn()
    assert room.sequences() == list(range(1, 41))
    assert room.facts("gap", "spool-lost", "spool-truncated") == []


@pytest.mark.parametrize("copied", [None, 0, 10])
@pytest.mark.parametrize("read", [0, 3])
def test_truncation_while_a_list_of_files_is_old_is_looked_at_again(room, monkeypatch, copied, read):
    path = room.write(lines(1, 3)) if read else room.spool / "a.log"
    room.turn()
    room.write(lines(read + 1, 5))
    if copied is not None:  # the list was made while the copy was
        (room.spool / "a.log.1").write_bytes(path.read_bytes()[:copied])
    before = spool.candidates(room.spool, "spool")
    shutil.copyfile(path, room.spool / "a.log.1")
    os.truncate(path, 0)
    room.write(lines(6, 7))
    real, given = spool.candidates, [before]

    def listed(folder, kind):
        return given.pop() if given and kind == "spool" else real(folder, kind)

    monkeypatch.setattr(spool, "candidates", listed)
    room.turn()
    assert room.sequences() == list(range(1, 8))
    assert room.facts("gap", "spool-lost", "spool-truncated") == []


@pytest.mark.parametrize("again", [lines(6, 7), lines(6, 60)])
def test_truncation_without_a_copy_is_told(room, again):
    path = room.write(lines(1, 3) + line(4)[:50])
    room.turn()
    os.truncate(path, 0)
    room.write(again)
    room.turn()
    assert room.sequences()[:5] == [1, 2, 3, 6, 7]
    (told,) = room.facts("spool-truncated")
    assert told[3]["unread_bytes"] == 50
    assert [fact[3]["missing"] for fact in room.facts("gap")] == [2]


def test_a_file_that_vanishes_before_its_end_is_told_and_one_behind_it_is_not(room):
    done, torn = room.write(lines(1, 2)), room.write(line(9)[:60], "b.log")
    room.turn()
    done.unlink()
    torn.unlink()
    room.turn()
    assert [fact[3]["unread_bytes"] for fact in room.facts("spool-lost")] == [60]
    assert room.turn() == 0
    assert len(room.facts("spool-lost")) == 1


def test_a_file_that_is_put_back_is_known(room):
    path = room.write(lines(1, 3))
    room.turn()
    kept = path.rename(room.state / "elsewhere")
    room.turn()
    shutil.copyfile(kept, room.spool / "restored.log")
    room.write(lines(4, 5), "restored.log")
    assert room.turn() == 2
    assert room.sequences() == [1, 2, 3, 4, 5]


def test_links_and_what_is_no_file_are_left_alone(room):
    path = room.write(lines(1, 2))
    (room.spool / "b.log").symlink_to(path)
    os.link(path, room.spool / "c.log")
    os.mkfifo(room.spool / "d.log")
    (room.spool / "e.log").mkdir()
    (room.spool / "a.log.2.gz").write_bytes(b"\x1f\x8b")
    assert room.turn() == 2
    assert room.turn() == 0


def test_a_name_in_no_encoding_is_a_name(room):
    path = room.write(line(1), os.fsdecode(b"\xff.log"))
    assert room.turn() == 1
    room.open()
    path.unlink()
    assert room.turn() == 0


def test_a_bad_line_is_counted_and_kept_aside_whole_with_its_place(room):
    room.write(line(1) + "rubbish\n" + line(2) + "\n")
    room.write(b"\xff\xfe\n" + b"x" * 20_000 + b"\n")
    room.turn()
    assert room.aside() == [("no syslog", b"rubbish"), ("encoding", b"\xff\xfe"), ("too long", b"x" * KEPT_BYTES)]
    assert room.column("SELECT length FROM aside") == [7, 2, 20_000]
    assert room.column("SELECT place FROM aside")[0] == len(line(1))
    assert sum(room.column("SELECT number FROM count WHERE kind = 'line' AND a = 'aside'")) == 3


def test_a_line_without_an_end_does_not_stop_the_rest(room):
    size = spool.CHUNK_BYTES * 2 + 10
    room.write(b"y" * size + b"\n" + line(1).encode())
    room.turn()
    assert room.sequences() == [1]
    assert sum(room.column("SELECT length FROM aside")) == size


def test_zeros_that_a_truncation_leaves_are_no_part_of_a_line(room):
    room.write(b"\0" * 500 + line(1).encode())
    room.turn()
    assert room.sequences() == [1]


def test_a_record_that_comes_both_ways_counts_once_and_what_one_way_lost_comes_by_the_other(room):
    room.write(line(1) + line(2) + line(5))
    room.turn()
    header = "RecordId;EventTime;Panel;Reader;Side;EventCode;Badge;Cardholder\n"
    rows = "".join(f"{n};2026-11-25T07:0{n}:00Z;doorctl-s;{DOOR};OUT;1;7;a\n" for n in range(1, 6))
    (room.csv / "day.csv").write_text(header + rows)
    room.turn()
    assert sorted(room.sequences()) == [1, 2, 3, 4, 5]
    assert [fact[0] for fact in room.facts("gap", "clock-back")] == ["gap"]


def test_the_last_row_of_a_drop_waits_until_the_file_has_come_to_rest(room):
    path = room.csv / "day.csv"
    head = "RecordId;EventTime;Panel;Reader;Side;EventCode\n1;2026-11-25T07:00:00Z;doorctl-s;" + f"{DOOR};IN;1"
    path.write_text(head)
    os.utime(path, (NOW - 1, NOW - 1))
    assert room.turn() == 1, "the header"
    assert room.sequences() == []
    room.now += 60
    room.turn()
    assert room.sequences() == [1]
    assert room.turn() == 0


def test_a_drop_of_no_known_format_is_left_whole_and_named(room):
    (room.csv / "x.csv").write_text("a,b\n1,2\n")
    assert room.turn() == 0
    assert list(room.ingest.refused.values()) == ["no format has these columns"]
    assert room.ingest.store.files() == []


def test_a_journal_that_cannot_be_read_keeps_no_record_from_being_kept(room):
    (room.state / "journal.sqlite").write_bytes(b"no database at all" * 100)
    room.write(lines(1, 2))
    assert room.turn() == 2
    assert list(room.ingest.refused) == ["the journal"]


def test_a_second_reader_that_moved_the_offset_is_noticed(room):
    room.write(lines(1, 2))
    room.turn()
    other = Room(room.state)
    stale = room.ingest.store.files()
    other.write(lines(3, 3))
    other.turn()
    room.ingest.store.files = lambda: stale
    with pytest.raises(StoreError, match="another process"):
        room.turn()
    assert other.sequences() == [1, 2, 3]


def test_the_database_is_for_its_owner_alone_and_syncs(room):
    assert room.ingest.store.path.stat().st_mode & 0o077 == 0
    assert room.column("PRAGMA synchronous") == [2]
    assert room.column("PRAGMA journal_mode") == ["wal"]


def test_a_database_of_a_newer_suite_is_refused(room):
    with sqlite3.connect(room.ingest.store.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer suite"):
        room.open()


class Killed(BaseException):
    """As a kill: nothing of ours runs after it."""


def dying(monkeypatch, after, when):
    """The reader dies at its commit number `after`: before it, or after it and before anything else."""
    left = [after]
    real = Store.transaction

    @contextmanager
    def transaction(self):
        left[0] -= 1
        with real(self) as db:
            yield db
            if left[0] == 0 and when == "before":
                raise Killed
        if left[0] == 0:
            raise Killed

    monkeypatch.setattr(Store, "transaction", transaction)


WORDS = ["write", "part", "rename", "copy", "bad", "turn", "die"]
ACTS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(1, 6), st.booleans()), max_size=25)


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_whatever_happens_in_whatever_order_each_record_is_there_once(tmp_path_factory, acts):
    room = Room(tmp_path_factory.mktemp("room"))
    number, bad, pending = 0, 0, ""
    path = room.spool / "a.log"
    for act, many, before in acts:
        if act in {"write", "part"}:
            text = pending + lines(number + 1, number + many)
            number += many
            cut = len(text) - (17 if act == "part" else 0)
            pending = text[cut:]
            room.write(text[:cut])
        elif act == "bad":
            room.write(f"{pending}bad {bad}\n")
            pending, bad = "", bad + 1
        elif act in {"rename", "copy"} and path.exists():
            for old in sorted(room.spool.glob("a.log.*"), key=lambda one: -int(one.suffix[1:])):
                old.rename(room.spool / f"a.log.{int(old.suffix[1:]) + 1}")
            room.write(pending)
            pending = ""
            if act == "copy":
                shutil.copyfile(path, room.spool / "a.log.1")
                os.truncate(path, 0)
            else:
                path.rename(room.spool / "a.log.1")
        elif act == "turn":
            room.turn()
        elif act == "die":
            with pytest.MonkeyPatch.context() as patch:
                dying(patch, many, "before" if before else "after")
                try:
                    room.turn()
                except Killed:
                    room.ingest.store.close()
                    patch.undo()
                    room.open()
    room.write(pending)
    room.turn()
    assert room.sequences() == list(range(1, number + 1))
    assert [raw for _, raw in room.aside()] == [f"bad {n}".encode() for n in range(bad)]
    assert room.facts("gap", "spool-lost", "spool-truncated", "count-restarted") == []
    counted = room.column("SELECT sum(number) FROM count WHERE kind = 'door'")[0] or 0
    assert counted == number
