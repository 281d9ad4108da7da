"""Undo: the last first, again until it holds, and told when it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

import journal
from bcp.record import Finding, runs, unfinished
from bcp.recover import left, recover
from bcp.restore import restore
from journal import undo
from journal.drills import BEGUN

WHY = Finding("runner-died", "it died")


@dataclass(frozen=True)
class Fault:
    id: str
    element: str
    kind: str
    since: str = "2026-11-24T00:00:00+00:00"


@dataclass
class Room:
    """Breaks and mends in memory. `stubborn` says how many times mending an element fails first."""

    broken: dict[str, str] = field(default_factory=dict)
    stubborn: dict[str, int] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)

    def break_(self, element: str, kind: str | None = None) -> Fault:
        self.broken[element] = kind or "cut"
        return Fault("f1", element, self.broken[element])

    def mend(self, element: str | None = None) -> None:
        assert element is not None
        if self.stubborn.get(element, 0) > 0:
            self.stubborn[element] -= 1
            raise OSError("the room is busy")
        self.broken.pop(element, None)
        self.mended.append(element)

    def faults(self) -> list[Fault]:
        return [Fault("f1", element, kind) for element, kind in self.broken.items()]


@pytest.fixture
def opened(tmp_path: Path):
    with journal.open(tmp_path) as found:
        yield found


def broken_by(opened, room: Room, run: str, *elements: str) -> None:
    opened.append(BEGUN, {"run": run, "drill": "line-cut", "element": elements[0], "kind": "cut", "started": "s"})
    for element in elements:
        undo.intend(opened, run, {"break": element}, {"mend": element})
        room.break_(element, "cut")


def test_the_last_thing_broken_is_mended_first(opened):
    room = Room()
    broken_by(opened, room, "r1", "line-a", "line-b", "core-s1")
    assert restore(opened, room, "r1").undone == ("core-s1", "line-b", "line-a")
    assert room.mended == ["core-s1", "line-b", "line-a"]
    assert undo.pending(opened) == []


def test_mending_is_tried_again_until_it_holds(opened):
    room = Room(stubborn={"line-a": 3})
    broken_by(opened, room, "r1", "line-a")
    assert restore(opened, room, "r1", 10).whole
    assert room.broken == {}


def test_what_stays_broken_is_told_and_stays_pending(opened):
    room = Room(stubborn={"line-b": 10**6})
    broken_by(opened, room, "r1", "line-a", "line-b")
    done = restore(opened, room, "r1", 0.3)
    assert not done.whole
    assert done.undone == ("line-a",)
    assert "busy" in done.problems[0]
    assert [step.undo["mend"] for step in undo.pending(opened)] == ["line-b"]


def test_an_undo_whose_deed_was_never_done_is_harmless(opened):
    room = Room()
    undo.intend(opened, "r1", {"break": "line-a"}, {"mend": "line-a"})
    assert restore(opened, room, "r1").whole


def test_other_runs_are_left_alone(opened):
    room = Room()
    broken_by(opened, room, "r1", "line-a")
    broken_by(opened, room, "r2", "line-b")
    restore(opened, room, "r1")
    assert list(room.broken) == ["line-b"]


def test_a_dead_run_is_recovered_once_and_has_a_record(opened):
    room = Room()
    broken_by(opened, room, "r1", "line-a")
    assert left(opened) == ["r1"]
    done = recover(opened, room, "r1", "Asia/Tokyo", WHY)
    assert done.document() == {"run": "r1", "undone": ["line-a"], "restored": True}
    assert left(opened) == []
    assert recover(opened, room, "r1", "Asia/Tokyo", WHY).undone == ()
    assert len(runs(opened)) == 1
    record = runs(opened)[0]
    assert (record["verdict"], record["restored"], record["aborted_by"]) == ("unknown", True, "runner-died")
    assert record["ended"].endswith("+09:00")


def test_a_run_that_died_before_it_broke_anything_is_left_over_too(opened):
    opened.append(BEGUN, {"run": "r1", "drill": "line-cut", "element": "line-a", "kind": "cut", "started": "s"})
    assert left(opened) == ["r1"]
    assert recover(opened, Room(), "r1", "Asia/Tokyo", WHY).restored
    assert unfinished(opened) == []


def test_a_run_that_cannot_be_put_back_says_so_in_its_record(opened):
    room = Room(stubborn={"line-a": 10**6})
    broken_by(opened, room, "r1", "line-a")
    done = recover(opened, room, "r1", "Asia/Tokyo", WHY, 0.2)
    assert not done.restored
    assert runs(opened)[0]["restored"] is False
    assert left(opened) == ["r1"]
