"""The probe of the common open platform: what counts as serving, against an application of its own shape."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from monitoring.probes import kinds, open_platform

NOTE = "1790000000.000000-abcdef01"


@pytest.mark.parametrize(
    ("found", "ok", "message"),
    [
        pytest.param({"number": 7, "note": NOTE, "through": "db-c"}, True, "record 7 was read back through db-c",
                     id="read in the other building"),
        pytest.param({"number": 7, "note": NOTE, "through": None}, True, "the other building does not serve",
                     id="read where it was filed"),
        pytest.param({"number": 7, "note": "other", "through": None}, False, "instead of the note just filed",
                     id="the number is somebody else's"),
        pytest.param({"number": 6, "note": NOTE, "through": None}, False, "instead of the note just filed as 7",
                     id="another number"),
    ],
)  # fmt: skip
def test_a_record_proves_that_the_platform_serves(found: dict[str, object], ok: bool, message: str):
    said = open_platform.judge(NOTE, 7, found)
    assert said[0] is ok
    assert message in said[1]


class _Application(http.server.BaseHTTPRequestHandler):
    """Files and gives back as the application does; `forgets` is one that lost what it acknowledged."""

    records: ClassVar[dict[int, str]] = {}
    forgets = False
    leads = True

    def do_POST(self) -> None:
        note = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self.leads:
            self.answer(503, {"error": "cannot execute INSERT in a read-only transaction"})
            return
        number = len(self.records) + 1
        self.records[number] = note
        self.answer(200, {"number": number, "host": "db-s"})

    def do_GET(self) -> None:
        number = int(self.path.partition("?")[0].rpartition("/")[2])
        if self.forgets:
            self.answer(404, {"error": f"no record {number} on db-c"})
        else:
            self.answer(200, {"number": number, "note": self.records[number], "host": "db-c", "through": "db-c"})

    def answer(self, status: int, document: dict[str, object]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def application() -> Iterator[tuple[type[_Application], dict[str, object]]]:
    handler = type("Application", (_Application,), {"records": {}})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, {"address": "127.0.0.1", "port": server.server_address[1], "timeout_seconds": 5.0}
        server.shutdown()


def test_each_probe_files_a_note_of_its_own_and_says_who_filed_it(application):
    handler, config = application
    said = [open_platform.probe(config) for _ in range(2)]
    assert [one["ok"] for one in said] == [True, True], said
    assert [one["served_by"] for one in said] == ["db-s", "db-s"]
    assert len(set(handler.records.values())) == 2


def test_an_acknowledged_record_that_is_gone_is_a_failure_with_the_number(application):
    handler, config = application
    handler.forgets = True
    said = open_platform.probe(config)
    assert said["ok"] is False
    assert "no record 1 on db-c" in said["message"]
    assert said["served_by"] == "db-s"


def test_a_database_that_only_follows_does_not_serve(application):
    handler, config = application
    handler.leads = False
    said = open_platform.probe(config)
    assert said["ok"] is False
    assert "HTTP 503 to POST" in said["message"]
    assert said["served_by"] is None


def test_nobody_at_the_entry_is_no_answer():
    said = open_platform.probe({"address": "127.0.0.1", "port": 1, "timeout_seconds": 1.0})
    assert said["ok"] is False
    assert said["message"].startswith("no answer")


def test_the_kind_is_found():
    assert kinds.exists("open-platform")
