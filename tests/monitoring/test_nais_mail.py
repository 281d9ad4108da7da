"""The mail probe: it says what does not serve, whatever answers at the entry."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from monitoring.probes.nais_mail import probe

LATER = 0.3
"""Seconds that the probe waits for an answer here."""


@contextlib.contextmanager
def speaking(greeting: bytes) -> Iterator[int]:
    """A server that greets each who comes and reads on without a word; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])
                    kept[-1].sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()


def config(port: int) -> dict[str, object]:
    return {
        "address": "127.0.0.1",
        "port": port,
        "members": {"mail-s": "127.0.0.1"},
        "domain": "example.invalid",
        "login": "probe",
        "timeout_seconds": LATER,
        "secrets": {"mail-login": "x"},
    }


@pytest.mark.parametrize(
    ("greeting", "host", "said"),
    [
        pytest.param(b"", None, "SMTP: the entry did not take a message", id="an open port that says nothing"),
        pytest.param(b"220 mail-s.example.invalid ESMTP\r\n", None, "timed out", id="a greeting and no more"),
        pytest.param(
            b"220 other.example.invalid ESMTP\r\n", None, "'other' greets, expected one of mail-s", id="a stranger"
        ),
        pytest.param(b"421 not now\r\n", None, "greets with 421", id="a refusal"),
        pytest.param(b"\xff\xfe nonsense\r\n", None, "SMTP", id="no SMTP at all"),
    ],
)
def test_what_takes_no_message_does_not_serve(greeting: bytes, host: str | None, said: str) -> None:
    with speaking(greeting) as port:
        found = probe(config(port))
    assert (found["ok"], found["served_by"]) == (False, host)
    assert said in found["message"], found


def test_nothing_at_the_entry_does_not_serve() -> None:
    with speaking(b"") as port:
        pass
    found = probe(config(port))
    assert found["ok"] is False
    assert "refused" in found["message"]
