"""Grafana's dashboards: what they show comes from the inventory, and each panel has data in a real Prometheus."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitoring.alerts.metrics import table
from monitoring.alerts.rules import Ground
from monitoring.dashboards import boards, write
from monitoring.dashboards.query import MADE_BY_RULES, metrics_of
from monitoring.dashboards.render import DATASOURCE, LANGUAGES, render, waiting
from tests.monitoring.alerting import DAY, SITE, ground, plants
from tests.monitoring.dashboards import Pages, page, prometheus

ROOT = Path(__file__).parents[2]
BOARDS = boards(ground())
PANELS = [(board, panel) for board in BOARDS for panel in board.panels()]
EXPRS = sorted({query.expr for _, panel in PANELS for query in panel.queries})
JAPANESE = re.compile("[\u3041-\u30f6\u4e00-\u9fff]")

register_default_plugins()


def test_the_boards_are_these():
    assert [board.id for board in BOARDS] == ["room", "power", "cooling", "entry", "links", "systems", "exporter"]


RENDERED = {(board.id, lang): render(board, lang) for board in BOARDS for lang in LANGUAGES}


def round_trip(document):
    """As Grafana's own types read and write it again; they put every link into a menu, where ours are on top."""
    again = json.loads(json.dumps(Dashboard.from_json(document), cls=JSONEncoder))
    for link in again["links"]:
        del link["placement"]
    return again


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_the_json_is_what_grafanas_types_read(board, lang):
    document = json.loads(RENDERED[board.id, lang])
    assert round_trip(document) == document
    panels = document["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert max(x for x, _ in cells) < 24
        assert taken.isdisjoint(cells)
        taken |= cells
        if panel["type"] != "row":
            refs = [target["refId"] for target in panel["targets"]]
            assert len(set(refs)) == len(refs) > 0
            assert {one["datasource"]["uid"] for one in (panel, *panel["targets"])} == {DATASOURCE}


def test_a_key_that_grafana_does_not_know_is_seen():
    document = json.loads(render(BOARDS[0], "ja"))
    document["panels"][1]["titel"] = "x"
    document["refreshh"] = "10s"
    again = round_trip(document)
    assert "refreshh" not in again
    assert "titel" not in again["panels"][1]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_each_language_is_whole(board):
    english = json.loads(RENDERED[board.id, "en"])
    english["links"] = [link for link in english["links"] if link["title"] != "日本語"]
    assert not JAPANESE.search(json.dumps(english, ensure_ascii=False))
    for panel in board.panels():
        for one in (panel.title, *(query.name for query in panel.queries), *(state.text for state in panel.states)):
            assert JAPANESE.search(one.ja) or one.ja == one.en or re.fullmatch(r"[\d ]+%", one.ja), one


def checked(folder, exprs):
    """What Prometheus' own parser says of expressions: each as a rule that would record it."""
    rules = [{"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
             for number, expr in enumerate(exprs)]  # fmt: skip
    path = folder / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "check", "rules", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_prometheus_parses_every_query(tmp_path):
    assert checked(tmp_path, EXPRS) == ""
    assert "rate" in checked(tmp_path, ["rate(mroom_probe_success)"])


def test_queries_name_only_metrics_that_somebody_emits_or_will():
    known = {*table(), MADE_BY_RULES}
    assert {name for expr in EXPRS for name in metrics_of(expr)} - known == set()
    assert metrics_of('max by (a) (mroom_nothing{b="up"}) or on(c) sum(rate(mroom_x_total[5m])) > bool 1e3') == [
        "mroom_nothing", "mroom_x_total"]  # fmt: skip


def test_a_panel_says_what_it_waits_for():
    for lang in LANGUAGES:
        for board in BOARDS:
            made = [one for one in json.loads(RENDERED[board.id, lang])["panels"] if one["type"] != "row"]
            for panel, one in zip(board.panels(), made, strict=True):
                names = waiting(panel)
                assert all(not table()[name].emitted for name in names)
                assert all(name in one["description"] for name in names)
                assert bool(names) == bool(one.get("description"))


def test_everything_that_can_be_asked_is_on_a_board():
    """By its own id; PDUs, hosts and monitors are in sums."""
    quoted = {word for expr in EXPRS for text in re.findall(r'"([^"]*)"', expr) for word in text.split("|")}
    for collection in ("generators", "ats", "ups", "coolers", "sensors", "lines", "systems", "exchanges", "doors"):
        for one in ground().room.elements(collection):
            if collection not in {"generators", "ats", "ups", "coolers"} or one.id in ground().room.agents:
                assert one.id in quoted, (collection, one.id)


def test_a_new_ups_is_shown_and_one_that_is_retired_is_not():
    more = SITE.ups["ups-s-a"].model_copy(update={"id": "ups-s-c"})
    gone = SITE.ups["ups-s-b"].model_copy(update={"retired": dt.date(2026, 1, 1)})
    changed = SITE.model_copy(update={"ups": {**SITE.ups, more.id: more, gone.id: gone}})
    exprs = " ".join(
        query.expr for board in boards(Ground(changed, DAY)) for one in board.panels() for query in one.queries
    )
    assert '"ups-s-c"' in exprs
    assert '"ups-s-b"' not in exprs


def test_no_person_is_on_a_board():
    assert [expr for expr in EXPRS if re.search(r"\b(card|holder|person|name)\b", expr)] == []


def test_the_same_inventory_writes_the_same_bytes_and_what_is_no_longer_made_goes(tmp_path):
    old = tmp_path / "dashboards" / "ja" / "old.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}")
    first = {path: path.read_bytes() for path in write(ground(), tmp_path)}
    assert not old.exists()
    assert {path: path.read_bytes() for path in write(ground(), tmp_path)} == first
    assert len(first) == len(BOARDS) * len(LANGUAGES) + 2


def test_provisioning_names_the_source_and_both_folders(tmp_path):
    write(ground(), tmp_path, place="/srv/dashboards")
    read = {path.parent.name: yaml.safe_load(path.read_text()) for path in (tmp_path / "provisioning").glob("*/*.yaml")}
    (source,) = read["datasources"]["datasources"]
    assert (source["uid"], source["type"], source["url"]) == (DATASOURCE, "prometheus", "http://127.0.0.1:9090")
    assert "password" not in json.dumps(read)
    assert {one["options"]["path"] for one in read["dashboards"]["providers"]} == {
        "/srv/dashboards/ja", "/srv/dashboards/en"}  # fmt: skip


def test_the_program_writes_and_tells_what_is_wrong(tmp_path):
    command = [sys.executable, "-m", "monitoring.dashboards", str(tmp_path)]
    site = ROOT / "inventory" / "sites" / "nishinomiya"
    done = subprocess.run(
        [*command, "--site", str(site)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert str(tmp_path / "dashboards" / "ja" / "power.json") in done.stdout.splitlines()
    wrong = subprocess.run(
        [*command, "--site", "nowhere"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (wrong.returncode, wrong.stdout) == (3, "")
    assert "\n  next: " in wrong.stderr


def test_every_panel_has_data_and_a_value_that_changes_is_shown(tmp_path):
    rooms = plants()
    pages = Pages(page(rooms, tmp_path / "state"))
    source = next(query.expr for _, panel in PANELS for query in panel.queries
                  if "Output Source" in query.expr and "ups-s-a" in query.expr)  # fmt: skip
    with pages.served() as scraped, prometheus(tmp_path, scraped) as found:
        assert found.without_data(EXPRS) == []
        assert found.until(source, 3.0) == 3.0
        rooms["agent-s"].out.update({"utility-s", "gen-s"})
        rooms["agent-s"].step(2.0)
        pages.text = page(rooms, tmp_path / "after")
        assert found.until(source, 5.0) == 5.0
