"""Who may see what of the page, and what the program refuses to begin with."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import re
from contextlib import aclosing
from pathlib import Path

import bcrypt
import pytest
from starlette.testclient import TestClient

import journal
from monitoring.page import __main__ as program
from monitoring.page import scripts
from monitoring.page.access import Access, is_local
from monitoring.page.app import INSIDE_READ, Page
from monitoring.page.records import Records
from monitoring.page.series import Series
from monitoring.page.upstream import Upstream
from monitoring.page.watch import Sources, Watch
from tests.monitoring.entries import Room, line, site

NOBODY = "http://127.0.0.1:9"
PASSWORD = "correct horse"
NAME, CARD = "佐藤 花子", "0001234567"
HOOK = "a token of the tests"
USERS = {name: bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode() for name in ("noc", "chief")}
LOOPBACK = ["http://127.0.0.1:9787", "http://localhost:9787", "http://[::1]:9787"]
FAR = "https://198.18.36.20:9788"
PATHS = (
    "/", "/?lang=en", "/api/state", "/api/series", "/api/inside", "/inside", "/runbooks/UpsDead", "/static/page.css",
)  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A state folder in which somebody is inside."""
    room = Room(tmp_path_factory.mktemp("page"), names_days=1)
    room.write(line(1, card=CARD, holder=NAME))
    room.turn()
    room.ingest.store.close()
    return room.state


@pytest.fixture(scope="module")
def page(state):
    watch = Watch(program.rooms(site()), Sources(Upstream(NOBODY), Upstream(NOBODY), Records(state, "Asia/Tokyo")))
    return Page(watch, Series(Upstream(NOBODY)), state, scripts.load(), hook=HOOK)


@pytest.fixture(scope="module")
def guarded(page):
    return Access(page.app(), USERS, frozenset({"chief"}))


def test_who_comes_later_gets_the_time_of_day_of_then_although_nothing_has_changed(page, monkeypatch):
    def sent(now):
        monkeypatch.setattr("time.time", lambda: now)

        async def first():
            async with aclosing(page._stream("ja", personal=False, role=False)) as parts:
                return [await anext(parts) for _ in range(2)][1]

        return re.search(r'data-now="([^"]+)"', asyncio.run(first())).group(1)

    at = page.watch.facts.now + 1000
    times = [dt.datetime.fromisoformat(sent(at + seconds)) for seconds in (0, 60)]
    assert times[1] - times[0] == dt.timedelta(seconds=60)


def client(app, where):
    return TestClient(app, base_url=where)


def as_user(name, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def readings(state):
    with journal.open(state) as opened:
        return [entry.body for entry in opened.entries(kind=INSIDE_READ)]


@pytest.mark.parametrize("where", LOOPBACK)
def test_at_loopback_everybody_reads_and_nobody_is_named(guarded, state, where):
    asked = client(guarded, where)
    for path in PATHS:
        answer = asked.get(path)
        assert answer.status_code == (403 if "inside" in path else 200), path
        assert NAME not in answer.text
        assert CARD not in answer.text
    found = asked.get("/api/state").json()
    assert [(row["room"], row["people"]) for row in found["inside"]] == [("s-room", 1)], "numbers are told"
    assert found["personal"] is False


@pytest.mark.parametrize("user", [None, "noc", "chief"])
def test_at_loopback_who_is_inside_is_told_to_nobody_whoever_logs_in(guarded, state, user):
    before = readings(state) if (state / "journal.sqlite").exists() else []
    answer = client(guarded, LOOPBACK[0]).get("/api/inside", headers=as_user(user) if user else {})
    assert answer.status_code == 403
    assert "people" not in answer.json()
    assert (readings(state) if (state / "journal.sqlite").exists() else []) == before


@pytest.mark.parametrize("host", ["noc.example.invalid", "198.18.36.20", "127.0.0.1.example.invalid", "", "[::2]", "["])
def test_at_loopback_another_name_is_refused_since_a_page_of_somebody_elses_could_read_it(guarded, host):
    answer = client(guarded, LOOPBACK[0]).get("/api/state", headers={"Host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("headers", [{}, as_user("noc", "wrong"), as_user("nobody"), {"Authorization": "Bearer x"},
                                     {"X-Forwarded-For": "127.0.0.1", "Host": "127.0.0.1:9787"}])  # fmt: skip
def test_at_any_other_address_nothing_but_health_is_told_without_a_login(guarded, headers):
    asked = client(guarded, FAR)
    for path in (*PATHS, "/events", "/docs", "/api"):
        assert asked.get(path, headers=headers).status_code == 401, path
    assert asked.post("/api/alerts", headers={"Authorization": f"Bearer {HOOK}"}).status_code == 401
    assert asked.get("/healthz", headers=headers).json() == {"ok": True}


def test_without_users_another_address_tells_nothing(guarded):
    closed = Access(guarded.app, {}, frozenset())
    assert client(closed, FAR).get("/", headers=as_user("noc")).status_code == 403


def test_a_login_sees_the_page_and_only_the_access_role_who_is_inside(guarded, state):
    asked = client(guarded, FAR)
    assert asked.get("/api/state", headers=as_user("noc")).json()["personal"] is True
    for path in ("/api/inside", "/inside"):
        answer = asked.get(path, headers=as_user("noc"))
        assert answer.status_code == 403
        assert NAME not in answer.text
    assert 'id="who-inside"' not in asked.get("/", headers=as_user("noc")).text
    assert 'id="who-inside"' in asked.get("/", headers=as_user("chief")).text


def test_each_reading_of_who_is_inside_is_in_the_journal_before_it_is_given(guarded, state):
    asked = client(guarded, FAR)
    before = len(readings(state))
    found = asked.get("/api/inside?purpose=避難", headers=as_user("chief"))
    assert found.status_code == 200
    (person,) = found.json()["people"]
    assert (person["room"], person["name"], person["number"]) == ("s-room", NAME, CARD)
    text = asked.get("/inside", headers=as_user("chief")).text
    assert NAME in text
    assert readings(state)[before:] == [
        {"who": "chief", "purpose": "避難", "people": 1},
        {"who": "chief", "purpose": "", "people": 1},
    ]
    assert NAME not in json.dumps(readings(state), ensure_ascii=False)


def test_what_cannot_be_recorded_is_not_told(guarded, state, monkeypatch):
    def broken(_):
        raise journal.JournalError("the disk is full", "make room")

    monkeypatch.setattr("monitoring.page.app.journal.open", broken)
    answer = client(guarded, FAR).get("/api/inside", headers=as_user("chief"))
    assert answer.status_code == 503
    assert NAME not in answer.text


@pytest.mark.parametrize(
    ("token", "status"), [(f"Bearer {HOOK}", 204), ("Bearer wrong", 401), (None, 401), (f"Bearer {HOOK}é", 401)]
)
def test_alertmanager_says_with_its_token_that_it_is_time_to_look(guarded, token, status):
    headers = {} if token is None else {"Authorization": token.encode()}
    answer = client(guarded, LOOPBACK[0]).post("/api/alerts", headers=headers, content=b"{}")
    assert answer.status_code == status


def test_a_notice_without_end_is_cut_off(guarded):
    answer = client(guarded, LOOPBACK[0]).post(
        "/api/alerts", headers={"Authorization": f"Bearer {HOOK}"}, content=b"x" * (1024 * 1024 + 1)
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_nothing_can_be_changed_through_the_page(guarded, method):
    for path in ("/", "/api/state", "/api/inside", "/inside", "/runbooks/UpsDead"):
        assert client(guarded, LOOPBACK[0]).request(method, path).status_code == 405, path


def test_every_answer_forbids_what_comes_from_elsewhere(guarded):
    for path in ("/", "/api/state", "/static/page.js", "/runbooks/UpsDead", "/no-such-page"):
        headers = client(guarded, LOOPBACK[0]).get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_page_refers_to_nothing_that_it_does_not_serve(guarded):
    asked = client(guarded, LOOPBACK[0])
    text = asked.get("/").text
    assert "://" not in text
    for path in ("/static/htmx.js", "/static/htmx-sse.js", "/static/uplot.js", "/static/uplot.css", "/static/page.css",
                 "/static/page.js", "/static/favicon.svg"):  # fmt: skip
        assert path in text
        assert asked.get(path).status_code == 200
    assert asked.get("/favicon.ico").status_code == 200
    assert asked.get("/static/..%2Fapp.py").status_code == 404
    assert asked.get("/runbooks/..%2FUpsDead").status_code == 404
    assert asked.get("/runbooks/NoSuchAlert").status_code == 404


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("localhost", True),
     ("198.18.36.20", False), ("::ffff:198.18.36.20", False), ("0.0.0.0", False), ("", False), (None, False),
     ("localhost.example.invalid", False)],
)  # fmt: skip
def test_only_loopback_is_local(host, local):
    assert is_local(host) is local


def begun(tmp_path, *words: str):
    """How the program ends that is begun wrongly: nothing of these may listen anywhere."""
    folder = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"
    return program.main(["--site", str(folder), "--state", str(tmp_path), *words])


def test_another_address_is_not_listened_at_without_users_and_a_certificate(tmp_path, capsys):
    assert begun(tmp_path, "--listen", "127.0.0.2:0", "--listen", "198.18.0.1:9788") == 2
    assert "at 198.18.0.1 the page needs users" in capsys.readouterr().err
    users = tmp_path / "web.yaml"
    users.write_text(f"basic_auth_users: {{noc: {USERS['noc']!r}}}\n")
    assert begun(tmp_path, "--listen", "0.0.0.0:0", "--web.config.file", str(users)) == 2
    assert "next: give --web.config.file with both" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["9787", "noc:9787", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1"])
def test_an_address_that_is_none_is_told(tmp_path, capsys, text):
    assert begun(tmp_path, "--listen", text) == 2
    assert "is no address to listen at" in capsys.readouterr().err


def test_without_its_script_files_the_page_does_not_begin(tmp_path, capsys):
    assert begun(tmp_path, "--scripts", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert all(script.name in said for script in scripts.SCRIPTS)
    assert "next: run script/setup" in said


def test_a_token_that_is_not_there_is_told_without_beginning(tmp_path, capsys):
    assert begun(tmp_path, "--hook", "file:$MROOM_STATE/keys/alert-page") == 7
    assert "does not exist" in capsys.readouterr().err


def test_a_script_file_that_was_changed_is_refused_and_nothing_is_replaced(tmp_path):
    good, packages = scripts.load(), tmp_path / "packages"
    for script in scripts.SCRIPTS:
        path = packages / script.package
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good[script.name])
    kept = tmp_path / "kept"
    scripts.keep(packages, kept)
    assert scripts.load(kept) == good
    (packages / scripts.SCRIPTS[0].package).write_bytes(good["htmx.js"] + b" ")
    with pytest.raises(scripts.ScriptsMissing, match="SHA-256"):
        scripts.keep(packages, kept)
    assert scripts.load(kept) == good
    (kept / "uplot.js").write_bytes(b"something else")
    with pytest.raises(scripts.ScriptsMissing, match=r"uplot\.js"):
        scripts.load(kept)
