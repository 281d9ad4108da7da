#!/usr/bin/python3
"""The common open platform's application: files a note under a number in the database, and gives it back.

    mroom-open-platform CONFIG.json

    GET  /healthz                          200 while the database on this host leads
    POST /records                          file the body, 1 to 63 of A-Z a-z 0-9 _ . : -, and answer with its number
    GET  /records/NUMBER[?through=peer]    what was filed; through the other building while that one serves

An answer to POST means that the note is on both buildings' disks, as far as both are there: PostgreSQL commits
synchronously, nothing here cuts that short, and a commit whose wait was cut short by somebody else is told as failed.
A program that is not answered does not know whether its note was filed.
"""

from __future__ import annotations

import http.client
import http.server
import json
import queue
import re
import socketserver
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

LETTERS = re.compile(r"[A-Za-z0-9_.:-]{1,63}")
LONGEST_NOTE = 1000
"""Of a longer body no more is read; it is refused anyway."""
APPLIED_SECONDS = 1.0
"""How long a record that was flushed here may take to be applied: milliseconds, while the copy is not behind."""
AGAIN_SECONDS = 0.005
IDLE_CONNECTIONS = 8
CUT_SHORT = "synchronous replication"
"""In PostgreSQL's warning when it acknowledges a commit without having waited for the copy (syncrep.c)."""


class Refused(Exception):
    """A request that is not served: HTTP status and one sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Config:
    """The file that the role writes."""

    host: str
    port: int
    database: str
    """For libpq: the socket's folder, the database, the user."""
    control: str
    """Patroni on this host, which answers 200 while the database holds the lead."""
    peers: dict[str, str]
    timeout_seconds: float


class Database:
    """Connections to the database on this host."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.idle: queue.LifoQueue[Any] = queue.LifoQueue(IDLE_CONNECTIONS)

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """A cursor of its own transaction, committed at the end. Raises psycopg2.Error, and Refused when the commit
        did not wait for the copy."""
        connection = self._connection()
        try:
            del connection.notices[:]
            with connection, connection.cursor() as cursor:
                yield cursor
            short = next((text.strip() for text in connection.notices if CUT_SHORT in text), None)
            if short:
                raise Refused(503, f"not acknowledged: {short}")
        except psycopg2.Error:
            connection.close()
            raise
        if connection.closed:
            return
        try:
            self.idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _connection(self) -> Any:
        """One that works now: those from before a fail-over are broken."""
        while True:
            try:
                connection = self.idle.get_nowait()
            except queue.Empty:
                return psycopg2.connect(self.dsn)
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except psycopg2.Error:
                connection.close()
            else:
                return connection


class Platform:
    """What the requests ask for."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.database = Database(config.database)

    def health(self) -> dict[str, Any]:
        """Raises Refused unless the database here can be written to and Patroni says that it holds the lead."""
        with self.database.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            follows = cursor.fetchone()[0]
        if follows:
            raise Refused(503, "the database here follows")
        status, _ = get(self.config.control, self.config.timeout_seconds)
        if status != http.client.OK:
            raise Refused(503, f"Patroni does not say that the database here leads: HTTP {status}")
        return {"host": self.config.host}

    def file(self, note: str) -> dict[str, Any]:
        if not LETTERS.fullmatch(note):
            raise Refused(400, "a note is 1 to 63 of A-Z a-z 0-9 _ . : -")
        with self.database.cursor() as cursor:
            statement = "INSERT INTO record (note, filed_by) VALUES (%s, %s) RETURNING number"
            cursor.execute(statement, (note, self.config.host))
            number = cursor.fetchone()[0]
        return {"number": number, "host": self.config.host}

    def record(self, number: int) -> dict[str, Any]:
        """The record in the database here; one that follows is waited for. Raises Refused."""
        deadline = time.monotonic() + APPLIED_SECONDS
        while True:
            with self.database.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_is_in_recovery(), (SELECT note FROM record WHERE number = %s),"
                    " EXISTS (SELECT FROM pg_stat_wal_receiver)",
                    (number,),
                )
                follows, note, linked = cursor.fetchone()
            if note is not None:
                return {"number": number, "note": note, "host": self.config.host, "through": None}
            if follows and not linked:
                raise Refused(503, "the database here follows nobody")
            if not follows or time.monotonic() > deadline:
                raise Refused(404, f"no record {number}")
            time.sleep(AGAIN_SECONDS)

    def through_peer(self, number: int) -> dict[str, Any] | None:
        """The other building's answer; None while none there serves. Raises Refused when it knows no such record."""
        for name, address in self.config.peers.items():
            try:
                status, text = get(f"{address}:{self.config.port}/records/{number}", self.config.timeout_seconds)
                if status == http.client.NOT_FOUND:
                    raise Refused(404, f"no record {number} on {name}")
                if status == http.client.OK:
                    return {**json.loads(text), "through": name}
            except (OSError, http.client.HTTPException, ValueError):
                continue
        return None


def get(place: str, timeout: float) -> tuple[int, bytes]:
    """Status and text of one answer of ADDRESS:PORT/PATH."""
    address, _, path = place.partition("/")
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request("GET", f"/{path}", headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. `platform` is set on the class."""

    platform: Platform
    server_version = "mroom-open-platform"
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        words = path.strip("/").split("/")
        self._serve(lambda: self._get(words, query))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        text = self.rfile.read(min(int(length), LONGEST_NOTE)) if length.isdecimal() else b""
        if self.path != "/records":
            self._serve(self._nothing)
            return
        self._serve(lambda: self.platform.file(text.decode("ascii", errors="replace")))

    def _get(self, words: list[str], query: str) -> dict[str, Any]:
        match words:
            case ["healthz"]:
                return self.platform.health()
            case ["records", number] if number.isdecimal() and len(number) < len(str(2**63)):
                other = self.platform.through_peer(int(number)) if query == "through=peer" else None
                return other or self.platform.record(int(number))
            case _:
                return self._nothing()

    def _nothing(self) -> dict[str, Any]:
        raise Refused(404, f"no such thing: {self.path}")

    def _serve(self, work: Any) -> None:
        try:
            status, document = 200, work()
        except Refused as refused:
            status, document = refused.status, {"error": str(refused)}
        except (OSError, http.client.HTTPException, psycopg2.Error) as error:
            status, document = 503, {"error": (str(error).strip() or type(error).__name__).splitlines()[0]}
        body = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text: str, *values: object) -> None:
        """Requests are not news."""


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main(arguments: list[str]) -> None:
    config = Config(**json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    Handler.platform = Platform(config)
    Server(("", config.port), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv)
