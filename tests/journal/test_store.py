"""The journal keeps what it was given, in order, and shows every later edit."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import journal
from journal.chain import GENESIS, canonical, link, problems

ROOT = Path(__file__).parents[2]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
BODIES = st.dictionaries(st.text(), JSON, max_size=4)


def filled(state: Path, count: int = 5) -> journal.Journal:
    opened = journal.open(state)
    for number in range(count):
        opened.append("note", {"number": number, "text": "点検"})
    return opened


def edit(state: Path, statement: str) -> None:
    """Edit the file behind the journal's back, as somebody who can write it would."""
    db = sqlite3.connect(state / "journal.sqlite", isolation_level=None)
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(statement)
    db.close()


def test_an_entry_reads_back_as_it_was_given(tmp_path):
    with journal.open(tmp_path) as opened:
        written = opened.append("note", {"b": 1, "a": ["x", None, 1.5]})
        assert opened.entries() == [written]
        assert written.body == {"a": ["x", None, 1.5], "b": 1}
        assert (written.sequence, written.previous) == (1, GENESIS)
        assert opened.head() == written


def test_an_empty_journal_has_no_head_and_no_problem(tmp_path):
    with journal.open(tmp_path) as opened:
        assert opened.head() is None
        assert opened.verify() == []


def test_entries_are_found_by_kind_by_time_and_after_a_sequence(tmp_path):
    with filled(tmp_path, 3) as opened:
        opened.append("other", {})
        assert [entry.sequence for entry in opened.entries(kind="note")] == [1, 2, 3]
        assert [entry.sequence for entry in opened.entries(after=2)] == [3, 4]
        assert [e.sequence for e in opened.entries(since=datetime.now(UTC) - timedelta(hours=1))] == [1, 2, 3, 4]
        assert opened.entries(since=datetime.now(UTC) + timedelta(hours=1)) == []
        third = datetime.fromisoformat(opened.entries()[2].time)
        assert [e.sequence for e in opened.entries(since=third, kind="note")] == [3]


@pytest.mark.parametrize(
    "body", [{"n": float("nan")}, {"n": 2**53}, {"p": Path("x")}, {"s": "\ud800"}, {"d": {1, 2}}], ids=repr
)
def test_what_json_cannot_hold_is_refused_and_nothing_is_written(tmp_path, body):
    with journal.open(tmp_path) as opened:
        with pytest.raises(journal.JournalError, match="cannot be kept"):
            opened.append("note", body)
        assert opened.entries() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET kind = 'x' WHERE sequence = 2",
        "DELETE FROM entry WHERE sequence = 5",
        "INSERT OR REPLACE INTO entry SELECT sequence, time, 'x', text, previous, hash FROM entry WHERE sequence = 2",
        "INSERT INTO entry VALUES (9, '', '', '', '', '')",
    ],
)
def test_the_database_itself_refuses_edits(tmp_path, statement):
    with filled(tmp_path) as opened:
        before = opened.entries()
        db = sqlite3.connect(tmp_path / "journal.sqlite")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
        db.close()
        assert opened.entries() == before


@pytest.mark.parametrize(
    ("statement", "sequence", "what"),
    [
        ("UPDATE entry SET text = replace(text, '2', '7') WHERE sequence = 3", 3, "changed after it was written"),
        ("UPDATE entry SET time = '2020-01-01T00:00:00.000000+00:00' WHERE sequence = 1", 1, "changed after"),
        ("UPDATE entry SET kind = 'x' WHERE sequence = 5", 5, "changed after"),
        ("DELETE FROM entry WHERE sequence = 3", 4, "missing"),
        ("DELETE FROM entry WHERE sequence = 1", 2, "missing"),
    ],
)
def test_an_edit_behind_the_triggers_shows(tmp_path, statement, sequence, what):
    filled(tmp_path).close()
    edit(tmp_path, statement)
    with journal.open(tmp_path) as opened:
        found = opened.verify()
    assert sequence in {problem.sequence for problem in found}
    assert any(what in problem.what for problem in found)


def test_entries_cut_off_at_the_end_show_against_a_head_kept_elsewhere(tmp_path):
    with filled(tmp_path) as opened:
        head = opened.entries()[-1].hash
        assert opened.verify(head=head) == []
    edit(tmp_path, "DELETE FROM entry WHERE sequence = 5")
    with journal.open(tmp_path) as opened:
        assert opened.verify() == []
        assert [problem.what for problem in opened.verify(head=head)] == [
            f"no entry has the hash {head}: entries were cut off, or this is another journal"
        ]


def test_a_file_that_is_no_database_is_explained(tmp_path):
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(journal.JournalError, match="not a database") as raised:
        journal.open(tmp_path)
    assert "copy" in raised.value.hint


def test_a_full_disk_is_explained_and_leaves_the_journal_whole(tmp_path):
    with filled(tmp_path) as opened:
        pages = opened._db.execute("PRAGMA page_count").fetchone()[0]
        opened._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(journal.JournalError, match="full") as raised:
            opened.append("note", {"long": "x" * 100_000})
        assert "make room" in raised.value.hint
        opened._db.execute("PRAGMA max_page_count = 1000000")
        opened.append("note", {})
        assert opened.verify() == []


@given(st.lists(st.tuples(st.text(), BODIES), max_size=8))
def test_any_chain_is_valid_and_its_hashes_are_those_of_the_canonical_objects(parts):
    entries: list[journal.Entry] = []
    for kind, body in [(kind.encode(errors="replace").decode(), body) for kind, body in parts]:
        entries.append(
            link(entries[-1] if entries else None, "2026-01-01T00:00:00.000000+00:00", kind, canonical(body))
        )
        e = entries[-1]
        whole = {"sequence": e.sequence, "time": e.time, "kind": kind, "body": body, "previous": e.previous}
        assert e.hash == hashlib.sha256(rfc8785.dumps(whole)).hexdigest()
    assert list(problems(entries)) == []


@given(st.lists(BODIES, min_size=1, max_size=6), st.data())
def test_any_change_of_one_body_and_any_entry_taken_out_shows(bodies, data):
    entries: list[journal.Entry] = []
    for body in bodies:
        entries.append(link(entries[-1] if entries else None, "t", "k", canonical(body)))
    at = data.draw(st.integers(0, len(entries) - 1))
    other = canonical(data.draw(BODIES.filter(lambda body: canonical(body) != entries[at].text)))
    old = entries[at]
    forged = journal.Entry(old.sequence, old.time, old.kind, other, old.previous, old.hash)
    assert [p.sequence for p in problems([*entries[:at], forged, *entries[at + 1 :]])] == [old.sequence]
    # With its own hash mended, the next entry no longer follows it; the last one shows only against a kept head.
    forged = link(entries[at - 1] if at else None, "t", "k", other)
    found = [p.sequence for p in problems([*entries[:at], forged, *entries[at + 1 :]])]
    assert found == ([old.sequence + 1] if at + 1 < len(entries) else [])
    if at + 1 < len(entries):
        assert list(problems([*entries[:at], *entries[at + 1 :]]))


WRITER = """
import sys, journal
opened = journal.open(sys.argv[1])
for number in range(int(sys.argv[3])):
    entry = opened.append("note", {"writer": sys.argv[2], "number": number, "ballast": "x" * (number % 3000)})
    print(entry.sequence, entry.hash, flush=True)
"""


def writer(state: Path, name: str, count: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WRITER, str(state), name, str(count)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_make_one_chain(tmp_path):
    writers = [writer(tmp_path, str(number), 40) for number in range(4)]
    outputs = [process.communicate(timeout=120)[0] for process in writers]
    assert [process.returncode for process in writers] == [0, 0, 0, 0]
    with journal.open(tmp_path) as opened:
        entries = opened.entries()
        assert opened.verify() == []
    assert len(entries) == 160
    assert {f"{entry.sequence} {entry.hash}" for entry in entries} == set("".join(outputs).splitlines())
    for name in range(4):
        assert [e.body["number"] for e in entries if e.body["writer"] == str(name)] == list(range(40))


def test_threads_and_forks_that_share_one_journal_make_one_chain(tmp_path):
    with journal.open(tmp_path) as opened:
        threads = [threading.Thread(target=lambda: [opened.append("t", {"n": n}) for n in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        child = os.fork()
        if child == 0:
            opened.append("child", {})
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        opened.append("parent", {})
        assert [entry.kind for entry in opened.entries()][-2:] == ["child", "parent"]
        assert len(opened.entries()) == 82
        assert opened.verify() == []


@pytest.mark.parametrize("seed", range(12))
def test_a_kill_at_any_moment_loses_nothing_that_append_returned(tmp_path, seed):
    process = writer(tmp_path, "victim", 1_000_000)
    assert process.stdout
    seen = [process.stdout.readline() for _ in range(random.Random(seed).randrange(1, 60))]  # then within the next one
    process.send_signal(signal.SIGKILL)
    seen += process.stdout.readlines()
    assert process.wait(timeout=60) == -signal.SIGKILL
    # A line may be cut short by the kill; a whole one was printed after append had returned.
    promised = [line.split() for line in seen if line.endswith("\n")]
    with journal.open(tmp_path) as opened:
        assert opened.verify() == []
        kept = {str(entry.sequence): entry.hash for entry in opened.entries()}
        assert [kept.get(sequence) for sequence, _ in promised] == [fingerprint for _, fingerprint in promised]
        opened.append("after", {})
        assert opened.verify() == []


@pytest.mark.parametrize("milliseconds", range(20, 300, 20))
def test_a_kill_while_the_journal_is_made_leaves_one_that_works(tmp_path, milliseconds):
    process = writer(tmp_path, "victim", 1_000_000)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=milliseconds / 1000)
    process.kill()
    process.communicate(timeout=60)
    with journal.open(tmp_path) as opened:
        opened.append("after", {})
        assert opened.verify() == []
