"""Who is inside, who has asked, what is forgotten when, and what Prometheus gets."""

from __future__ import annotations

import json
import sqlite3
import subprocess

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from inventory.model import Cards
from monitoring.entry.inside import inside
from monitoring.entry.metrics import EntryCollector
from monitoring.entry.retention import DAY_MS, prune
from monitoring.entry.store import StoreError
from tests.monitoring.entries import KEY, NOW, OTHER, Room, line
from tests.monitoring.running import samples

HOLDER = "山田 太郎"
CARD = "7700123"


@pytest.fixture
def room(tmp_path):
    found = Room(tmp_path)
    found.write(
        line(1, card=CARD, holder=HOLDER) + line(2, card="2", holder="佐藤") + line(3, card="2", direction="out")
    )
    found.turn()
    return found


def test_who_is_inside_is_told_with_their_name_and_whoever_asks_is_written_down(room):
    (person,) = inside(room.state, "crisis-management", "evacuation", now=NOW)
    assert (person.room, person.door, person.name, person.number) == ("s-room", "door-s-room-front", HOLDER, CARD)
    assert person.since == (NOW - 5000 + 10) * 1000
    assert json.dumps(person.document())
    inside(room.state, "noc", now=NOW + 1)
    assert room.ingest.store.rows("SELECT at, who, purpose, people FROM reading ORDER BY id") == [
        (NOW * 1000, "crisis-management", "evacuation", 1),
        (NOW * 1000 + 1000, "noc", "", 1),
    ]


def test_a_read_cannot_be_taken_back_nor_be_anonymous(room):
    inside(room.state, "noc")
    for query in ("DELETE FROM reading", "UPDATE reading SET who = 'nobody'"):
        with pytest.raises(StoreError, match="kept as they were"), room.ingest.store.transaction() as db:
            db.execute(query)
    with pytest.raises(ValueError, match="must be told"):
        inside(room.state, " ")


def test_where_there_are_no_records_nobody_knows(tmp_path):
    with pytest.raises(StoreError, match="no entry records"):
        inside(tmp_path, "noc")
    assert not (tmp_path / "entry").exists()


def stored(room):
    """Every byte of the database."""
    room.ingest.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return room.ingest.store.path.read_bytes()


def test_with_pseudonyms_neither_card_nor_name_stands_beside_an_event(room):
    (card,) = set(room.column("SELECT card FROM event WHERE sequence = 1"))
    assert card not in {CARD, ""}
    tables = ("event", "fact", "memory", "count", "aside")
    text = "".join(str(room.ingest.store.rows(f"SELECT * FROM {table}")) for table in tables)
    assert CARD not in text
    assert HOLDER not in text
    assert KEY.encode() not in stored(room)


def test_another_key_makes_other_pseudonyms(room, tmp_path_factory, monkeypatch):
    monkeypatch.setattr("tests.monitoring.entries.KEY", "another")
    other = Room(tmp_path_factory.mktemp("other"))
    other.write(line(1, card=CARD))
    other.turn()
    assert other.column("SELECT card FROM event") != room.column("SELECT card FROM event WHERE sequence = 1")


def test_a_site_may_keep_cards_as_they_are(tmp_path):
    room = Room(tmp_path, cards=Cards.plain)
    room.write(line(1, card=CARD))
    room.turn()
    assert room.column("SELECT card FROM event") == [CARD]


def test_names_end_when_their_days_are_over_unless_somebody_is_inside(room):
    ingest = room.ingest
    prune(ingest.store, ingest.memory, ingest.settings, NOW * 1000 + 2 * DAY_MS)
    assert [(person.name, person.number) for person in inside(room.state, "noc")] == [(HOLDER, CARD)]
    assert room.column("SELECT name FROM holder") == [HOLDER]
    assert "佐藤".encode() not in stored(room), "what is deleted is overwritten"
    room.write(line(4, card=CARD, direction="out"))
    room.turn()
    prune(ingest.store, ingest.memory, ingest.settings, NOW * 1000 + 2 * DAY_MS)
    assert room.column("SELECT name FROM holder") == []
    assert HOLDER.encode() not in stored(room)


def test_a_site_may_keep_no_names_at_all(tmp_path):
    room = Room(tmp_path, names_days=0)
    room.write(line(1, card=CARD, holder=HOLDER))
    room.turn()
    (person,) = inside(room.state, "noc")
    assert (person.name, person.number) == (None, None)
    assert HOLDER.encode() not in stored(room)


def test_events_facts_and_lines_end_when_their_days_are_over(room):
    room.write("rubbish\n" + line(9, direction="in", card=CARD))
    room.turn()
    ingest, now = room.ingest, NOW * 1000
    assert room.facts("gap", "tailgating")
    before = room.column("SELECT count(*) FROM event")
    done = prune(ingest.store, ingest.memory, ingest.settings, now + 31 * DAY_MS)
    assert (done["event"], done["fact"], done["aside"]) == (0, 0, 1)
    done = prune(ingest.store, ingest.memory, ingest.settings, now + 401 * DAY_MS)
    assert (done["event"], room.column("SELECT count(*) FROM fact WHERE ended IS NOT NULL")) == (before[0], [0])
    assert [person.room for person in inside(room.state, "noc")] == ["s-room"], "who is inside is not forgotten"
    room.open()
    assert list(room.ingest.memory.of("card")) == []


def text_of(room):
    registry = CollectorRegistry()
    registry.register(EntryCollector(room.state))
    return generate_latest(registry).decode()


def test_metrics_tell_doors_and_never_a_person(room):
    room.write(line(6, result="opened", direction="none", door=OTHER, card=None) + "rubbish\n")
    room.turn()
    text = text_of(room)
    found = samples(text)
    door = {"door": "door-s-room-front", "result": "granted"}
    assert found["mroom_door_events_total", frozenset({**door, "direction": "in"}.items())] == 2
    assert found["mroom_door_events_total", frozenset({**door, "direction": "out"}.items())] == 1
    assert found["mroom_entry_inside", frozenset({("room", "s-room")})] == 1
    assert found["mroom_entry_alarm", frozenset({("fact", "forced"), ("element", OTHER)})] == 1
    assert found["mroom_entry_facts_total", frozenset({("fact", "gap"), ("element", "doorctl-s")})] == 1
    assert found["mroom_entry_lines_total", frozenset({("what", "aside"), ("reason", "no syslog")})] == 1
    for word in (CARD, HOLDER, *room.column("SELECT card FROM event WHERE card <> ''"), "a.log"):
        assert word not in text
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_counters_go_on_over_restarts(room):
    before = samples(text_of(room))
    room.open().turn()
    assert samples(text_of(room)) == before


def test_metrics_without_records_are_none_and_with_broken_ones_a_zero(tmp_path, room):
    registry = CollectorRegistry()
    registry.register(EntryCollector(tmp_path / "nowhere"))
    assert generate_latest(registry) == b""
    room.ingest.store.close()
    with sqlite3.connect(room.ingest.store.path) as db:
        db.execute("DROP TABLE count")
    assert samples(text_of(room)) == {("mroom_entry_up", frozenset()): 0}
