"""The probe of the web site: what counts as serving, and that it travels."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import inventory
from inventory.model import Site
from monitoring.probes import kinds, website
from monitoring.systems import check, vantages

TOKYO = dt.timezone(dt.timedelta(hours=9))
NOW = dt.datetime(2026, 11, 25, 0, 0, 10, tzinfo=TOKYO)
OFFSET = 9 * 3600.0
ROOT = Path(__file__).parents[2]


def page(token: str | None = "2026-11-25", time: str | None = "2026-11-25T00:00:09+09:00") -> str:
    metas = {"mroom-token": token, "mroom-time": time, "mroom-host": "web-s", "mroom-building": "second"}
    return "".join(f'<meta name="{name}" content="{value}">\n' for name, value in metas.items() if value is not None)


@pytest.mark.parametrize(
    ("status", "text", "ok", "message"),
    [
        pytest.param(200, page(), True, "today's token 2026-11-25 from second", id="a page of now"),
        pytest.param(200, page("2026-11-24", "2026-11-24T23:59:59+09:00"), True, "from second", id="before midnight"),
        pytest.param(200, page("2026-11-24"), False, "today's token is 2026-11-25, the page carries 2026-11-24",
                     id="yesterday's token on a page of today"),
        pytest.param(200, page(time="2026-11-24T12:00:00+09:00"), False, "is a copy", id="a copy from a cache"),
        pytest.param(200, page(time="2026-11-25T00:05:00+09:00"), False, "is a copy", id="a clock that runs ahead"),
        pytest.param(200, page(token=None), False, "no token", id="no token"),
        pytest.param(200, page(token=""), False, "no token", id="an empty token"),
        pytest.param(200, '<meta name="mroom-token" content="<!--#echo var="token" -->">', False, "no token",
                     id="nginx no longer fills in"),
        pytest.param(200, page(time="soon"), False, "not readable", id="a time that is none"),
        pytest.param(200, page(time="2026-11-25T00:00:09"), False, "not readable", id="a time without a zone"),
        pytest.param(200, "", False, "no token", id="an empty page"),
        pytest.param(404, page(), False, "HTTP 404", id="not found"),
        pytest.param(503, page(), False, "HTTP 503", id="unavailable"),
    ],
)  # fmt: skip
def test_a_page_proves_that_the_site_serves_now(status: int, text: str, ok: bool, message: str):
    said = website.judge(status, text, NOW, OFFSET)
    assert said[0] is ok
    assert message in said[1]


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        now = dt.datetime.now(TOKYO)
        body = page(now.date().isoformat(), now.isoformat(timespec="seconds")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + (100 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def served() -> Iterator[dict[str, object]]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {
            "address": "127.0.0.1",
            "port": server.server_address[1],
            "path": "/",
            "name": "www.example.invalid",
            "timeout_seconds": 5.0,
            "utc_offset_seconds": OFFSET,
        }
        server.shutdown()


def test_a_page_that_is_there_is_fetched_and_names_who_served_it(served: dict[str, object]):
    result = kinds.here("website", served)
    assert (result.ok, result.served_by) == (True, "web-s")
    assert 0 < result.seconds < 5


def test_an_answer_that_breaks_off_does_not_serve(served: dict[str, object]):
    result = kinds.here("website", {**served, "path": "/short"})
    assert result.ok is False
    assert "no answer" in result.message


def test_nobody_who_listens_does_not_serve(served: dict[str, object]):
    result = kinds.here("website", {**served, "port": 1})
    assert (result.ok, result.served_by) == (False, None)
    assert "refused" in result.message


def test_the_same_program_answers_line_by_line_where_it_is_sent(served: dict[str, object]):
    lines = f"{json.dumps(served)}\n{json.dumps({**served, 'port': 1})}\n"
    done = subprocess.run(
        [sys.executable, "-I", str(website.__file__)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True, False]


def _here(_node: str, command: str) -> list[str]:
    return ["sh", "-c", command.replace("sudo -n", "env")]


def test_a_probe_sent_to_a_node_gives_the_same_result(served: dict[str, object]):
    result = kinds.at("staff", _here, "website", served)
    assert (result.ok, result.served_by) == (True, "web-s")


def test_a_node_that_cannot_be_reached_says_nothing_about_the_system(served: dict[str, object]):
    result = kinds.at("staff", lambda _node, _command: ["sh", "-c", "echo no way >&2; exit 255"], "website", served)
    assert result.ok is None
    assert "no way" in result.message


@pytest.fixture(scope="module")
def site() -> Site:
    return inventory.load(ROOT / "inventory/sites/nishinomiya")


def test_a_system_is_probed_from_where_people_use_it(site: Site):
    assert [client.id for client in vantages(site, site.systems["website"])] == ["staff", "crisis", "outside"]
    assert [client.id for client in vantages(site, site.systems["nais-mail"])] == ["staff", "crisis"]


def test_a_kind_without_an_implementation_is_not_checked_and_says_so(site: Site):
    assert kinds.exists("website")
    assert not kinds.exists("far"), "a helper beside the probes is no probe"
    rows = check(site, Path("/nowhere"), _here, ["victim-support"])
    assert {row.ok for row in rows} == {None}
    assert all("no probe of the kind victim-support exists yet" in row.message for row in rows)


def test_every_system_of_the_site_has_a_row(site: Site):
    rows = check(site, Path("/nowhere"), lambda _node, _command: ["false"])
    assert {row.element for row in rows} == set(site.systems)
    assert len({row.id for row in rows}) == len(rows)
