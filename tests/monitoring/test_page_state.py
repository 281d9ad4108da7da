"""What the page makes of what it was told, without anything that runs."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inventory
import journal
from journal import changes, drills, freeze
from monitoring.alerts import catalogue
from monitoring.alerts.runbook import page as markdown
from monitoring.page import words
from monitoring.page.alarms import Alarms, read
from monitoring.page.marks import marks
from monitoring.page.plan import plan
from monitoring.page.records import Records, Told, tell
from monitoring.page.render import TEMPLATES, Renderer
from monitoring.page.room import Room
from monitoring.page.samples import Sample, since
from monitoring.page.sitemap import site_map
from monitoring.page.state import STALE_SECONDS, Facts, document
from monitoring.page.systems import DOWN, Outages, Seen, see
from monitoring.page.upstream import Away, Standing

SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
ROOM = Room(SITE, dt.date(2026, 4, 1))
NOW = 1_795_600_000.0
ZONE = ZoneInfo("Asia/Tokyo")
WELL = {name: Standing(ok=True, good_at=NOW) for name in ("prometheus", "alertmanager", "journal", "entry")}
AUTHOR = "yamada-taro"


def alert(name, element, severity="critical", *, inhibited=(), silenced=()):
    return {
        "fingerprint": f"{name}/{element}", "startsAt": "2026-11-25T09:00:00Z",
        "labels": {"alertname": name, "element": element, "severity": severity},
        "annotations": {"summary_ja": f"{element} です", "summary_en": f"it is {element}"},
        "status": {"state": "active", "inhibitedBy": list(inhibited), "silencedBy": list(silenced)},
    }  # fmt: skip


WATCHDOG = alert("Watchdog", "nishinomiya", "none")


def served(systems=(), lines=(), pairs={}):  # noqa: B006 never changed
    """Samples of a room in which everything is well, but for the systems that are named."""
    rows = [Sample("mroom_system_up", {"system": id_, "probe": "p", "from": "staff"}, 1.0 - (id_ in systems))
            for id_ in SITE.systems]  # fmt: skip
    for wire in ROOM.wires:
        rows += [Sample("mroom_port_oper_state", {"element": device, "port": port},
                        2.0 if wire.line.id in lines else 1.0) for device, port in wire.ports]  # fmt: skip
    rows += [Sample("mroom_redundancy_state", {"pair": id_, "state": pairs.get(id_, "up")}, 1.0)
             for id_ in ROOM.pairs]  # fmt: skip
    return tuple(rows)


def facts(*alerts: Any, samples=None, **more: Any):
    rows = served() if samples is None else samples
    seen = see(ROOM.systems, rows)
    return replace(Facts(NOW, WELL, rows, seen, read([WATCHDOG, *alerts])), **more)


def shown(*alerts: Any, personal=False, **more: Any):
    return document(ROOM, facts(*alerts, **more), personal=personal)


def test_all_is_well_when_everything_serves_and_the_sign_of_life_is_there():
    state = shown()
    assert state["overall"] == "ok"
    assert {row["state"] for row in state["systems"]} == {"up"}
    assert [row["id"] for row in state["systems"]][:2] == ["facility", "mainframe"], "in the order of restoring"
    assert {line["state"] for line in state["lines"].values()} == {"up"}
    assert (state["alarms"], state["marks"]) == ([], {})


@pytest.mark.parametrize(
    ("change", "overall"),
    [
        ({"alerts": [alert("UpsDead", "ups-s-a")]}, "critical"),
        ({"samples": served(systems={"website"})}, "critical"),
        ({"samples": served(systems={"fire-dispatch"})}, "warning"),
        ({"alerts": [alert("LineDown", "line-a", "warning")]}, "warning"),
        ({"alerts": [alert("BackupOld", "website", "info")]}, "ok"),
        ({"samples": served(pairs={"line-a+line-b": "degraded"})}, "warning"),
        ({"alerts": [alert("UpsDead", "ups-s-a", silenced=["x"])]}, "ok"),
        ({"samples": ()}, "unknown"),
        ({"alarms": Alarms()}, "unknown"),
    ],
    ids=["cause", "system", "neighbour", "warning", "info", "pair", "work", "nothing-measured", "no-sign-of-life"],
)
def test_one_word_tells_how_the_room_is(change, overall):
    assert shown(*change.pop("alerts", []), **change)["overall"] == overall


@pytest.mark.parametrize("source", ["prometheus", "alertmanager"])
@pytest.mark.parametrize(("age", "stale"), [(STALE_SECONDS - 1, False), (STALE_SECONDS + 1, True), (None, True)])
def test_what_is_too_old_is_told_as_how_it_was_and_no_longer_as_how_it_is(source, age, stale):
    away = Standing(ok=False, good_at=None if age is None else NOW - age, why="refused")
    state = shown(standings={**WELL, source: away})
    told = state["sources"][source]
    assert (told["state"], told["stale"], told["age_seconds"]) == ("away", stale, age)
    assert state["overall"] == ("unknown" if stale else "ok")
    if source == "prometheus":
        assert {row["state"] for row in state["systems"]} == {"unknown" if stale else "up"}
        assert {row["last_state"] for row in state["systems"]} == {"up"}
        assert {pair["state"] for pair in state["pairs"]} == {"unknown" if stale else "up"}
    else:
        assert state["alarms_get_through"] is (None if stale else True)


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ([], None),
        ([(1, 0, True), (2, 0, True)], None),
        ([(1, 0, True), (2, 0, False), (3, 0, False)], 2),
        ([(1, 0, False), (2, 0, True), (3, 0, False)], 3),
        ([(1, 0, False), (2, 0, False)], 1),
        ([(1, 0, True), (1, 1, True), (2, 0, False), (3, 1, False), (4, 0, True)], 2),
        ([(1, 0, True), (2, 0, False), (3, 1, True)], 2),
        ([(1, 0, False), (1, 1, True), (2, 0, True)], None),
    ],
)
def test_an_outage_begins_where_some_place_was_without_service_from_then_on(points, found):
    assert since(points) == found


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2), st.booleans())))
def test_the_beginning_of_an_outage_is_what_a_clock_that_looks_at_each_second_would_say(points):
    values: dict[int, bool] = {}
    began = None
    unique = {(at, place): good for at, place, good in points}
    for at in range(31):
        values |= {place: good for (when, place), good in unique.items() if when == at}
        began = (began if began is not None else at) if values and not all(values.values()) else None
    assert since([(at, place, good) for (at, place), good in unique.items()]) == began


def test_one_place_without_service_is_enough_and_the_clock_runs_against_the_target():
    rows = [Sample("mroom_system_up", {"system": "website", "probe": "p", "from": place}, value)
            for place, value in (("staff", 1.0), ("outside", 0.0))]  # fmt: skip
    seen = {**see(ROOM.systems, rows), "website": replace(see(ROOM.systems, rows)["website"], since=NOW - 12)}
    row = next(one for one in shown(samples=tuple(rows), seen=seen)["systems"] if one["id"] == "website")
    assert (row["state"], row["elapsed_seconds"], row["rto_seconds"], row["over"]) == ("down", 12.0, 10.0, True)
    assert [place["where"] for place in row["places"] if not place["served"]] == ["outside"]
    assert row["since"] == dt.datetime.fromtimestamp(NOW - 12, ZONE).isoformat()
    for lang, word in (("ja", "目標超過"), ("en", "over target")):
        state = shown(samples=tuple(rows), seen=seen)
        text = Renderer().page(ROOM, state, lang, role=False)
        assert re.search(rf"0:12</time> / 0:10 .*{word}", text)


def test_the_beginning_is_asked_for_once_an_outage():
    asked, outages = [], Outages()

    def began(system):
        asked.append(system)
        return 5.0 * len(asked)

    assert outages.since("a", down=False, began=began, now=1) is None
    assert [outages.since("a", down=True, began=began, now=now) for now in (2, 3)] == [5.0, 5.0]
    assert outages.since("a", down=False, began=began, now=4) is None
    assert outages.since("a", down=True, began=began, now=5) == 10.0
    assert outages.since("b", down=True, began=lambda _: None, now=6) == 6
    assert asked == ["a", "a"]


@pytest.mark.parametrize(
    ("ports", "loss", "state"),
    [((1, 1), None, "up"), ((1, 2), None, "down"), ((1, 1), 1.0, "silent"), ((), None, "unknown"), ((), 0.0, "up"),
     ((1,), 0.2, "up"), ((7, 7), None, "unknown")],
)  # fmt: skip
def test_a_line_is_down_by_its_ports_and_silent_by_its_loss(ports, loss, state):
    wire = next(wire for wire in ROOM.wires if wire.line.id == "line-a")
    rows = [Sample("mroom_port_oper_state", {"element": device, "port": port}, value)
            for (device, port), value in zip(wire.ports, ports, strict=False)]  # fmt: skip
    if loss is not None:
        rows.append(Sample("mroom_line_loss_ratio", {"line": "line-a", "direction": "a"}, loss))
    assert shown(samples=tuple(rows))["lines"]["line-a"]["state"] == state


def test_the_cause_is_marked_where_it_stands_and_what_goes_down_with_it_as_following():
    found = {shape: mark.kind for shape, mark in marks(ROOM, read([alert("UpsDead", "ups-s-a")]).open, {}).items()}
    assert found.pop("ups-s-a") == "cause"
    assert {"pdu-s-r1-a", "pdu-s-r4-a"} <= set(found)
    assert set(found.values()) == {"follows"}
    assert not any("-b" in shape for shape in found), "the other feed goes on"


@pytest.mark.parametrize(
    ("alerts", "states", "found"),
    [
        ([alert("PairDegraded", "line-a+line-b", "warning", inhibited=["x"])], {"line-a": "down", "line-b": "up"},
         {"line-a": "follows"}),
        ([alert("PairDegraded", "line-a+line-b", "warning")], {"line-a": "silent", "line-b": "up"},
         {"line-a": "cause"}),
        ([alert("PairSharedRisk", "line-a+line-b", "warning")], {"line-a": "up", "line-b": "up"},
         {"line-a": "cause", "line-b": "cause"}),
        ([alert("PairDegraded", "line-a+line-b", "warning", inhibited=["x"])], {}, {}),
    ],
)  # fmt: skip
def test_of_a_pair_the_line_that_is_the_matter_is_marked(alerts, states, found):
    lines = {"line-a": "unknown", "line-b": "unknown", **states}
    assert {shape: mark.kind for shape, mark in marks(ROOM, read(alerts).open, lines).items()} == found


@pytest.mark.parametrize(
    ("element", "shapes"),
    [
        ("ups-s-a", ("ups-s-a",)),
        ("s-cold", ("s-room",)),
        ("line-a+line-b", ("line-a", "line-b")),
        ("duct-north", ("line-a",)),
        ("telco-a", ("line-b", "outside-a")),
        ("door-s-room-front", ("s-room",)),
        ("staff", ("main",)),
        ("outside", ("outside",)),
        ("carrier-a", ("outside",)),
        ("cross-s", ("core-s1", "core-s2")),
        ("website", ()),
        ("no-such-thing", ()),
    ],
)
def test_what_has_no_shape_of_its_own_is_marked_where_it_stands(element, shapes):
    assert set(shapes) <= set(ROOM.shapes(element))
    assert bool(ROOM.shapes(element)) == bool(shapes)


def test_every_element_with_a_place_has_a_shape_and_every_shape_is_drawn():
    state = shown()
    drawn = site_map(ROOM, state, words.words("en"), "en") + "".join(
        plan(ROOM, id_, state, words.words("en"), "en") for id_ in SITE.buildings
    )
    ids = set(re.findall(r'data-element="([^"]+)"', drawn))
    placeless = set()
    for subject in {subject.id: subject for _, subject in ROOM.ground.made}.values():
        shapes = set(ROOM.shapes(subject.id))
        assert shapes <= ids, subject.id
        if not shapes:
            placeless.add(subject.kind)
    assert placeless == {"system", "exchange", "site"}


def test_alarms_are_told_worst_first_and_say_what_they_follow_from():
    state = shown(
        alert("LineDown", "line-a", "warning"),
        alert("PduDead", "pdu-s-r1-a", inhibited=["UpsDead/ups-s-a"]),
        alert("UpsDead", "ups-s-a"),
        alert("SomebodyElses", "x", "info"),
    )
    rows = [(row["name"], row["state"], row["inhibited_by"], row["runbook"]) for row in state["alarms"]]
    assert rows == [
        ("PduDead", "inhibited", ["UpsDead ups-s-a"], "/runbooks/PduDead"),
        ("UpsDead", "active", [], "/runbooks/UpsDead"),
        ("LineDown", "active", [], "/runbooks/LineDown"),
        ("SomebodyElses", "active", [], None),
    ]
    assert state["alarms_get_through"] is True


def recorded(state):
    with journal.open(state) as opened:
        changes.record(opened, "change-1", "begun", author=AUTHOR, objects=["core-s1", "web-c"])
        changes.record(opened, "change-1", "confirmed", author=AUTHOR, objects=["core-s1", "web-c"])
        body = {"drill": "line-cut", "element": "line-a", "started": "2026-11-25T10:00:00+09:00"}
        opened.append(drills.BEGUN, {"run": "r-1", **body})
        opened.append(drills.ENDED, {"run": "r-1", **body, "ended": "2026-11-25T10:01:00+09:00", "verdict": "met",
                                     "restored": True})  # fmt: skip
        opened.append(drills.BEGUN, {"run": "r-2", **body})
        freeze.put(opened, frozen=True, reason=f"{AUTHOR} が作業中", by=AUTHOR)
    return Records(state, "Asia/Tokyo").told(dt.datetime.now(dt.UTC))


def test_the_journal_tells_todays_changes_the_drills_and_the_freeze(tmp_path):
    state = shown(told=recorded(tmp_path), personal=True)
    (change,) = state["changes"]
    assert (change["id"], change["state"], change["author"]) == ("change-1", "confirmed", AUTHOR)
    assert change["objects"] == ["core-s1", "web-c"]
    assert [owner["id"] for owner in change["owners"]] == ["ict-network", "public-relations"]
    assert [run["run"] for run in state["drills"]["running"]] == ["r-2"]
    assert (state["drills"]["last"]["run"], state["drills"]["last"]["verdict"]) == ("r-1", "met")
    assert state["freeze"]["frozen"]


def test_without_a_login_no_name_of_a_person_and_nothing_that_one_typed_is_told(tmp_path):
    told = recorded(tmp_path)
    for lang in words.LANGUAGES:
        public = shown(told=told)
        text = str(public) + Renderer().page(ROOM, public, lang, role=False)
        assert AUTHOR not in text
        assert "core-s1" in text
        mine = shown(told=told, personal=True)
        assert AUTHOR in Renderer().page(ROOM, mine, lang, role=False)


def test_changes_of_other_days_are_left_out_unless_something_happened_to_them_today(tmp_path):
    recorded(tmp_path)
    with journal.open(tmp_path) as opened:
        tomorrow = (dt.datetime.now(ZONE) + dt.timedelta(days=1)).date()
        assert tell(opened, tomorrow, ZONE).changes == ()
        assert len(tell(opened, tomorrow, ZONE).running) == 1


def test_the_journal_may_be_another_folders(tmp_path):
    recorded(tmp_path / "runner")
    records = Records(tmp_path / "node", "Asia/Tokyo", tmp_path / "runner")
    assert [change.id for change in records.told(dt.datetime.now(dt.UTC)).changes] == ["change-1"]
    with pytest.raises(Away, match="no entry records"):
        records.inside()


def test_the_page_makes_no_journal_where_there_is_none(tmp_path):
    with pytest.raises(Away, match="no journal"):
        Records(tmp_path, "Asia/Tokyo").told(dt.datetime.now(dt.UTC))
    assert list(tmp_path.iterdir()) == []


def test_a_journal_is_read_again_only_when_it_has_changed(tmp_path, monkeypatch):
    recorded(tmp_path)
    records, opened = Records(tmp_path, "Asia/Tokyo"), []
    real = journal.open
    monkeypatch.setattr("monitoring.page.records.journal.open", lambda path: opened.append(1) or real(path))
    now = dt.datetime.now(dt.UTC)
    first = records.told(now)
    assert records.told(now) is first
    with real(tmp_path) as one:
        changes.record(one, "change-2", "begun", author="b")
    assert [change.id for change in records.told(now).changes] == ["change-2", "change-1"]
    assert len(opened) == 2


def test_every_word_is_there_in_both_languages_and_is_used():
    texts = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.iterdir())
    code = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.glob("*.py"))
    for name in words.words("ja"):
        stem = name.partition("_")[0] + "_"
        assert f"t.{name}" in texts or f'"{stem}" ~' in texts or f'["{name}"]' in code or f"{stem}{{" in code, name
    japanese = "".join(words.words("ja").values())
    assert re.search(r"[぀-ヿ一-鿿]", japanese)
    assert [name for name, text in words.words("en").items() if re.search(r"[぀-ヿ一-鿿]", text)] == ["other_language"]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_runbook_says_what_its_page_in_the_documents_says(lang):
    for one in catalogue.load():
        text = html.unescape(Renderer().runbook(ROOM, one, lang))
        said = [
            getattr(one.means, lang),
            getattr(one.touched, lang),
            *getattr(one.look, lang),
            *getattr(one.then, lang),
        ]
        assert [line for line in said if line not in markdown(one)] == []
        assert [line for line in said if line not in text] == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_what_comes_from_elsewhere_is_text_and_never_markup(lang):
    bad = "<script>alert(1)</script>"
    row = alert("UpsDead", "ups-s-a")
    row["annotations"]["summary_ja"] = row["annotations"]["summary_en"] = bad
    row["labels"]["owner"] = bad
    told = Told(changes=(changes.Change(bad, "2026-11-25T10:00:00+09:00", bad, None, (bad,), bad),))
    text = Renderer().page(ROOM, shown(row, told=told, personal=True), lang, role=True)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(("seconds", "text"), [(None, ""), (0.9, "0:00"), (67, "1:07"), (3661, "1:01:01")])
def test_durations_are_read_as_on_a_clock(seconds, text):
    assert words.duration(seconds) == text


def test_a_down_system_without_a_beginning_has_no_clock():
    row = next(one for one in shown(seen={"website": Seen("website", DOWN)})["systems"] if one["id"] == "website")
    assert (row["state"], row["elapsed_seconds"], row["over"]) == ("down", None, False)
