"""The page over what it reads, all of it real: what it says when a source is there, and when it is away."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import socket
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path

import bcrypt
import pytest

import journal
from journal import changes
from monitoring.page.__main__ import rooms
from monitoring.page.app import INSIDE_READ
from monitoring.page.records import Records
from monitoring.page.series import Series
from monitoring.page.upstream import TIMEOUT_SECONDS, Upstream
from monitoring.page.watch import Sources, Watch
from tests.daemon import free_port
from tests.monitoring.entries import Room, line
from tests.monitoring.running_page import ROOT, SITE_FOLDER, behind, page, prometheus

NAME = "佐藤 花子"


@pytest.fixture(scope="module")
def noc(tmp_path_factory):
    """A page that runs, over sources that do."""
    with behind(tmp_path_factory.mktemp("noc")) as made, page(made):
        yield made


def system(state, id_):
    return next(row for row in state["systems"] if row["id"] == id_)


def test_what_serves_what_does_not_and_since_when_also_to_a_page_that_has_just_begun(noc):
    noc.until(lambda state: state["overall"] == "ok")
    before = dt.datetime.now(dt.UTC)
    noc.said.down_systems.add("website")
    found = system(noc.until(lambda state: system(state, "website")["state"] == "down"), "website")
    since = dt.datetime.fromisoformat(found["since"])
    assert before - dt.timedelta(seconds=2) <= since <= dt.datetime.now(dt.UTC)
    assert {place["where"] for place in found["places"]} == {"staff", "outside"}
    begun = Watch(rooms(noc.said.site), sources(noc))
    asyncio.run(begun.refresh())
    again = system(begun.document(personal=False), "website")
    assert again["since"] == found["since"], "by the samples that Prometheus keeps, not by when the page began"
    noc.said.down_systems.clear()
    healed = system(noc.until(lambda state: system(state, "website")["state"] == "up"), "website")
    assert (healed["since"], healed["elapsed_seconds"]) == (None, None)


def test_what_follows_from_a_cause_is_told_as_that_and_not_as_another_cause(noc):
    with noc.firing(("UpsDead", "ups-s-a"), ("PduDead", "pdu-s-r1-a")):
        state = noc.until(lambda state: {row["state"] for row in state["alarms"]} == {"active", "inhibited"})
    (cause,) = [row for row in state["alarms"] if row["state"] == "active"]
    assert (cause["name"], cause["element"], cause["runbook"]) == ("UpsDead", "ups-s-a", "/runbooks/UpsDead")
    (effect,) = [row for row in state["alarms"] if row["inhibited"]]
    assert effect["inhibited_by"] == ["UpsDead ups-s-a"]
    assert (state["marks"]["ups-s-a"]["kind"], state["marks"]["pdu-s-r1-a"]["kind"]) == ("cause", "follows")
    assert state["overall"] == "critical"


def test_a_silenced_alarm_stands_there_as_known_work(noc):
    now = dt.datetime.now(dt.UTC)
    matcher = {"name": "element", "value": "line-a", "isRegex": False, "isEqual": True}
    silence = {"matchers": [matcher], "startsAt": now.isoformat(), "endsAt": (now + dt.timedelta(hours=1)).isoformat(),
               "createdBy": "a test", "comment": "work"}  # fmt: skip
    noc.alertmanager.post("silences", silence)
    with noc.firing(("LineDown", "line-a")):
        state = noc.until(lambda state: [row["state"] for row in state["alarms"]] == ["silenced"])
    assert state["marks"]["line-a"]["kind"] == "work"
    assert state["overall"] == "ok"


def sources(noc, prometheus_url=None):
    first = Upstream(prometheus_url or noc.prometheus)
    return Sources(first, Upstream(noc.alertmanager.url), Records(noc.state, "Asia/Tokyo"))


def test_while_prometheus_is_away_the_page_says_so_and_how_old_its_data_are(noc, tmp_path):
    port = free_port()
    scraped = int(noc.prometheus.rpartition(":")[2])  # what it scrapes does not matter
    watch = Watch(rooms(noc.said.site), sources(noc, f"http://127.0.0.1:{port}"))

    def looked():
        asyncio.run(watch.refresh())
        return watch.document(personal=False)

    never = looked()
    assert (never["sources"]["prometheus"]["state"], never["sources"]["prometheus"]["as_of"]) == ("away", None)
    assert {row["state"] for row in never["systems"]} == {"unknown"}
    assert never["overall"] == "unknown"
    assert never["sources"]["alertmanager"]["state"] == "ok", "the other one is told all the same"
    with prometheus(tmp_path, scraped, port):
        there = looked()
    assert there["sources"]["prometheus"]["state"] == "ok"
    away = looked()
    told = away["sources"]["prometheus"]
    assert (told["state"], told["as_of"]) == ("away", there["sources"]["prometheus"]["as_of"])
    assert told["age_seconds"] >= 0
    assert "Connection refused" in told["message"]
    series = asyncio.run(Series(Upstream(f"http://127.0.0.1:{port}")).last_hour(watch.room))
    assert "Connection refused" in series["message"]


@pytest.mark.parametrize("what", ["silent", "rubbish", "other", "refused"])
def test_a_source_that_says_nothing_usable_is_away_and_nothing_else_is_touched(noc, what):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        if what == "silent":
            sock.listen()
        silent = f"http://127.0.0.1:{sock.getsockname()[1]}"
        url = {"rubbish": f"{noc.url}/static/page.js?", "other": f"{noc.url}/healthz?"}.get(what, silent)
        watch = Watch(rooms(noc.said.site), sources(noc, url))
        asyncio.run(watch.refresh())
    state = watch.document(personal=False)
    assert state["sources"]["prometheus"]["state"] == "away"
    assert state["sources"]["prometheus"]["message"]
    assert state["sources"]["alertmanager"]["state"] == "ok"


def test_a_source_that_hangs_does_not_hold_back_the_others(noc):
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        watch = Watch(rooms(noc.said.site), sources(noc, f"http://127.0.0.1:{hanging.getsockname()[1]}"))
        asyncio.run(watch.refresh())
    good = watch.facts.standings["alertmanager"].good_at
    assert watch.facts.now - good > TIMEOUT_SECONDS / 2, "the one had long answered when the other was given up"


def test_the_curves_are_those_of_the_rooms_and_buildings(noc):
    noc.until(lambda state: state["sources"]["prometheus"]["state"] == "ok")
    charts = {chart["name"]: chart for chart in noc.get("/api/series").json()["charts"]}
    assert {row["id"] for row in charts["temperature"]["rows"]} == {one.room for one in noc.said.site.monitors.values()}
    assert {row["id"] for row in charts["power"]["rows"]} == {"main", "computer", "second"}
    for chart in charts.values():
        assert all(len(row["values"]) == len(chart["times"]) == 121 for row in chart["rows"])


def test_a_browser_that_goes_away_is_no_longer_counted_as_one_that_looks(noc):
    watch = Watch(rooms(noc.said.site), sources(noc))

    async def looks():
        async with aclosing(watch.versions(0.05)) as versions:
            seen = [await anext(versions), await anext(versions)]
            during = watch.viewers
            await watch.refresh()
            seen.append(await anext(versions))
        return seen, during, watch.viewers

    assert asyncio.run(looks()) == ([0, None, 1], 1, 0)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A certificate and two users, in the usual file."""
    folder = tmp_path_factory.mktemp("web")
    key, cert = folder / "page.key", folder / "page.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-subj", "/CN=noc.example.invalid", "-keyout", str(key), "-out", str(cert)]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    users = {name: bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode() for name in ("noc", "chief")}
    text = f"tls_server_config: {{cert_file: {cert}, key_file: {key}}}\nbasic_auth_users:\n"
    (folder / "web.yaml").write_text(text + "".join(f"  {name}: {one}\n" for name, one in users.items()))
    return folder / "web.yaml"


ADDRESS, NEAR, FAR = "198.18.36.20", "http://127.0.0.1:9787", "https://198.18.36.20:9788"


class Node:
    """The page in a network of its own, in which it has an address beside loopback as on a NOC node."""

    def __init__(self, state: Path, web: Path, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "monitoring.page", "--site", str(SITE_FOLDER), "--state", str(state),
                   "--listen", NEAR.partition("//")[2], "--listen", FAR.partition("//")[2],
                   "--web.config.file", str(web), "--access", "chief"]  # fmt: skip
        start = f'ip link set lo up && ip addr add {ADDRESS}/32 dev lo && exec "$@"'
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                ["unshare", "-rn", "sh", "-c", start, "sh", *command], cwd=ROOT, stdout=out, stderr=out
            )

    def get(self, url: str, user: str | None = None) -> tuple[int, str]:
        """Status and text; 0 where nobody answers."""
        inside = ["nsenter", "-U", "-n", "--preserve-credentials", "-t", str(self.process.pid)]
        words = ["curl", "-sk", "--max-time", "10", "-w", "\n%{http_code}", url]
        login = ["-u", f"{user}:correct horse"] if user else []
        done = subprocess.run([*inside, *words, *login], capture_output=True, text=True, timeout=30, check=False)
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text

    def ready(self) -> None:
        deadline = time.monotonic() + 30
        while self.get(f"{NEAR}/healthz")[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the page does not answer"


def test_both_addresses_of_one_page_and_the_reading_of_who_is_inside(web, tmp_path):
    room = Room(tmp_path / "state", names_days=1)
    room.write(line(1, card="1", holder=NAME))
    room.turn()
    room.ingest.store.close()
    with journal.open(room.state) as opened:
        changes.record(opened, "change-1", "confirmed", author="yamada-taro", objects=["core-s1"])
    node = Node(room.state, web, tmp_path / "page.log")
    try:
        node.ready()
        status, public = node.get(f"{NEAR}/api/state")
        assert status == 200
        assert NAME not in public
        assert "yamada-taro" not in public
        assert [(row["room"], row["people"]) for row in json.loads(public)["inside"]] == [("s-room", 1)]
        assert node.get(f"{NEAR}/api/inside", "chief")[0] == 403
        assert node.get(f"{FAR}/api/state")[0] == 401
        assert node.get(f"{FAR}/healthz")[0] == 200
        assert node.get(FAR.replace("https", "http") + "/api/state")[0] == 0, "no password without TLS"
        mine = json.loads(node.get(f"{FAR}/api/state", "noc")[1])
        assert mine["changes"][0]["author"] == "yamada-taro"
        assert node.get(f"{FAR}/api/inside", "noc")[0] == 403
        assert [person["name"] for person in json.loads(node.get(f"{FAR}/api/inside", "chief")[1])["people"]] == [NAME]
    finally:
        node.process.terminate()
        assert node.process.wait(10) == 0, node.log.read_text()
    with journal.open(room.state) as opened:
        assert [entry.body["who"] for entry in opened.entries(kind=INSIDE_READ)] == ["chief"]
        assert opened.verify() == []


def test_an_address_that_is_taken_ends_the_page_with_a_sentence(noc):
    taken = noc.url.partition("//")[2]
    other = noc.another()
    with pytest.raises(AssertionError, match="cannot be listened at: Address already in use"):  # noqa: SIM117 it is the inner one that raises
        with page(other, "--listen", taken):
            pass
