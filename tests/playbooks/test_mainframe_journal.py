"""The journal of the stand-in for the host computer: what was acknowledged is there again after any power cut."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mainframe_standin import copying, durable
from mainframe_standin.copying import Cut
from mainframe_standin.journal import Corrupt, Journal
from mainframe_standin.position import START, Position, parse
from mainframe_standin.record import LONGEST, Record, decode, is_text
from mainframe_standin.unreplicated import Unreplicated

letters = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")
texts = st.text(letters, min_size=1, max_size=40).filter(is_text)
# Each example waits for the disk, and a busy one is no reason to fail.
few = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
batches = st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=5)


def fill(journal: Journal, epoch: int, batch: list[str]) -> None:
    first = journal.last.number + 1
    journal.append([Record(Position(epoch, first + n), 1.5, text) for n, text in enumerate(batch)])


def content(journal: Journal) -> list[tuple[Position, str]]:
    return [(one.position, one.text) for one in journal.after(0, journal.last.number)]


@few
@given(batches, st.data())
def test_whatever_is_left_of_the_last_batch_all_batches_before_it_are_there(tmp_path_factory, written, data):
    path = tmp_path_factory.mktemp("journal") / "journal"
    journal = Journal(path)
    for epoch, batch in enumerate(written[:-1], 1):
        fill(journal, epoch, batch)
    acknowledged, kept = content(journal), path.stat().st_size
    fill(journal, len(written), written[-1])
    whole = path.read_bytes()
    journal.close()
    # Of what was written last, any bytes may have reached the disk, and those before it not.
    torn = bytearray(whole[: data.draw(st.integers(kept, len(whole)))])
    for at in data.draw(st.lists(st.integers(kept, max(kept, len(torn) - 1)), max_size=6)):
        torn[at : at + 1] = b"\0" if at < len(torn) else b""
    path.write_bytes(torn)
    again = Journal(path)
    assert content(again)[: len(acknowledged)] == acknowledged
    fill(again, len(written) + 1, ["goes on"])
    there = content(again)
    again.close()
    last = Journal(path)
    assert content(last) == there
    assert last.cut_off == 0
    last.close()


def test_a_line_that_was_once_on_disk_and_is_not_readable_any_more_is_not_passed_over(tmp_path: Path):
    journal = Journal(tmp_path / "journal")
    for text in ("one", "two", "three"):
        fill(journal, 1, [text])
    data = (tmp_path / "journal").read_bytes()
    (tmp_path / "journal").write_bytes(data.replace(b"two", b"too"))
    with pytest.raises(Corrupt, match=r"record 2 is not readable, but 1\.3 of a later batch is"):
        Journal(tmp_path / "journal")


def test_a_job_is_on_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    journal, order = Journal(tmp_path / "journal"), []
    write, sync = durable.write_all, os.fdatasync
    monkeypatch.setattr("mainframe_standin.journal.write_all", lambda *a: (order.append("write"), write(*a)))
    monkeypatch.setattr(os, "fdatasync", lambda fd: (order.append(f"sync, last is {journal.last}"), sync(fd)))
    fill(journal, 1, ["one", "two"])
    assert order == ["write", "sync, last is 0.0"]
    assert journal.last == Position(1, 2)


def test_a_write_that_fails_counts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    journal = Journal(tmp_path / "journal")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(OSError, match="No space"):
        fill(journal, 1, ["one"])
    assert journal.last == START


def test_a_file_is_replaced_only_when_the_new_one_is_on_disk_and_its_name_is_too(tmp_path: Path, monkeypatch):
    order: list[str] = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append(Path(f"/proc/self/fd/{fd}").readlink().name), sync(fd)))
    monkeypatch.setattr(Path, "replace", lambda one, to: (order.append("rename"), rename(one, to))[1])
    durable.replace(tmp_path / "promise.json", b"{}")
    assert order == ["promise.json.new", "rename", tmp_path.name]


@few
@given(
    st.lists(st.integers(1, 3), max_size=6),
    st.lists(st.integers(1, 3), max_size=5),
    st.lists(st.integers(1, 3), max_size=5),
)
def test_a_follower_becomes_equal_to_the_primary_and_keeps_aside_what_only_it_had(tmp_path_factory, both, own, theirs):
    folder = tmp_path_factory.mktemp("copy")
    follower, primary = Journal(folder / "follower"), Journal(folder / "primary")
    for journal, rest, epoch in ((follower, own, 4), (primary, theirs, 5)):
        for n, step in enumerate(both):
            fill(journal, 1 + n // 2, [f"both {n}"] * step)
        for n, step in enumerate(rest):
            # Epochs interleave, as after several promotions: 4, 6, … and 5, 7, …
            fill(journal, epoch + 2 * (n // 2), [f"{epoch} {n}"] * step)
    aside, before, rounds = Unreplicated(folder / "aside"), content(follower), 0
    while (said := copying.answer(primary, follower.last)) != []:
        rounds += 1
        assert rounds < 50
        if isinstance(said, Cut):
            assert said.number < follower.last.number
            aside.keep(list(follower.after(said.number, follower.last.number)))
            follower.cut(said.number)
        else:
            follower.append(said)
    assert content(follower) == content(primary)
    kept = {(one.position, one.text) for one in Unreplicated(folder / "aside").all()}
    assert kept >= set(before) - set(content(primary)), "nothing is dropped silently"
    assert kept <= set(before)
    reopened = Journal(folder / "follower")
    assert (content(reopened), reopened.last) == (content(primary), primary.last)
    for journal in (follower, primary, reopened):
        journal.close()


def test_jobs_that_are_kept_aside_are_there_once_and_for_ever(tmp_path: Path):
    aside, jobs = Unreplicated(tmp_path / "aside"), [Record(Position(1, n), 0.0, f"job {n}") for n in (3, 4)]
    aside.keep(jobs)
    aside.keep([*jobs, Record(Position(2, 4), 0.0, "another")])
    again = Unreplicated(tmp_path / "aside")
    assert [str(one.position) for one in again.all()] == ["1.3", "1.4", "2.4"]
    (tmp_path / "aside").write_bytes((tmp_path / "aside").read_bytes() + b"half a li")
    with pytest.raises(ValueError, match="1 of its lines"):
        Unreplicated(tmp_path / "aside")


@given(st.builds(Record, st.builds(Position, st.integers(1, 10**9), st.integers(1, 10**9)), st.floats(0, 4e9), texts))
def test_a_record_reads_as_it_was_written_and_no_damaged_one_does(record: Record):
    line = record.encode()
    found = decode(line)
    assert found
    assert (found.position, found.text, found.time) == (record.position, record.text, round(record.time, 6))
    assert decode(line[:-1]) is None
    for at in range(0, len(line), 3):
        assert decode(line[:at] + bytes([line[at] ^ 0x20]) + line[at + 1 :]) in (None, found)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_none(line: bytes):
    assert decode(line) is None or decode(line).encode() == line  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "good"),
    [("a job", True), ("り災証明", True), ("", False), (" a", False), ("a\tb", False), ("a\nb", False),
     ("a\x85", False), ("x" * LONGEST, True), ("x" * (LONGEST + 1), False), ("あ" * (LONGEST // 2), False)],
)  # fmt: skip
def test_a_job_is_one_printable_line(text: str, good: bool):
    assert is_text(text) is good


@pytest.mark.parametrize(
    ("text", "position"),
    [("1.2", Position(1, 2)), ("1", None), ("1.2.3", None), ("-1.2", None), ("1. 2", None), ("", None)],
)
def test_a_job_s_name_is_its_position(text: str, position: Position | None):
    assert parse(text) == position
