"""The delivery of mail: what Postfix is answered, and that nothing is delivered twice or given up too early."""

from __future__ import annotations

import importlib.util
import smtplib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[2] / "playbooks/roles/nais_mail/files/mroom_mail.py"
SENDER, RECIPIENT = "a@example.invalid", "probe@example.invalid"
MESSAGE = "Received: by x id 4jZKTN3V0wz1VQsM\r\n\r\nhello\r\n"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mroom_mail", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


mail = _load()


@dataclass
class Scene:
    """The delivery between Postfix (a client here) and a store that keeps in memory what it is given."""

    config: Any
    state: Any
    port: int
    kept: list[bytes] = field(default_factory=list)
    takes: bool = True

    def send(self, message: str | bytes = MESSAGE) -> tuple[int, str]:
        """The delivery's answer to one message."""
        with smtplib.LMTP("127.0.0.1", self.port, timeout=10) as client:
            try:
                client.sendmail(SENDER, [RECIPIENT], message)
            except smtplib.SMTPDataError as refused:
                return refused.smtp_code, str(refused.smtp_error)
        return 250, ""

    def peer(self, *, answers: bool, serves: bool = False, heard_ago: float = 0.0) -> None:
        self.state.peer = mail.Peer(time.monotonic() - heard_ago, answers=answers, serves=serves)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    settings = {"check_seconds": 3.0, "answer_seconds": 2.0, "silent_seconds": 6.0, "copy_seconds": 10.0}
    places = {"marks": str(tmp_path), "caught_up": str(tmp_path / "caught-up"), "store": str(tmp_path / "store")}
    config = mail.Config(peer="198.18.17.11", lmtp_port=0, http_port=0, catch_up_seconds=45.0, **settings, **places)
    state = mail.State(mail.Peer(heard=time.monotonic()))

    class Store(mail.Lmtp):
        def data(self, *_: str) -> None:
            self.say(354, "go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b".") else line)
            if found.takes:
                found.kept.append(b"".join(lines))
            self.say(250 if found.takes else 550, "so")

    class OfUnix(mail.socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    front = mail.Server(("127.0.0.1", 0), type("Front", (mail.Lmtp,), {"config": config, "state": state}))
    found = Scene(config, state, front.server_address[1])
    servers = [front, OfUnix(config.store, Store)]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield found
    for server in servers:
        server.shutdown()
        server.server_close()


def test_while_the_other_building_takes_no_copies_the_queue_keeps_what_is_delivered_once(scene: Scene):
    scene.peer(answers=True, serves=False)
    assert [scene.send()[0], scene.send()[0]] == [451, 451]
    assert len(scene.kept) == 1
    assert not scene.state.owed


def test_when_the_other_building_falls_silent_the_mailbox_here_is_enough_and_a_copy_is_owed(scene: Scene):
    scene.peer(answers=True, serves=False)
    scene.send()
    scene.peer(answers=False, heard_ago=7.0)
    assert scene.send()[0] == 250
    assert len(scene.kept) == 1
    assert scene.state.owed
    assert list(Path(scene.config.marks).glob("?" * 64)) == [], "what left the queue is not remembered"


def test_a_building_that_was_heard_a_moment_ago_is_not_given_up(scene: Scene):
    scene.peer(answers=False, heard_ago=5.0)
    code, text = scene.send()  # there is no Dovecot here, so the copy fails
    assert (code, "the copy failed" in text or "No such file" in text) == (451, True), text


def test_a_store_that_refuses_leaves_the_message_in_the_queue(scene: Scene):
    scene.peer(answers=False, heard_ago=7.0)
    scene.takes = False
    assert scene.send()[0] == 451
    scene.takes = True
    assert scene.send("Received: by x id other\r\n\r\nhello\r\n")[0] == 250


def test_the_same_text_under_another_id_of_the_queue_is_another_message(scene: Scene):
    scene.peer(answers=False, heard_ago=7.0)
    scene.send()
    scene.send(MESSAGE.replace("4jZKTN3V0wz1VQsM", "4jZKTN4515z1VQsV"))
    assert len(scene.kept) == 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=60), max_size=8))
def test_a_message_comes_to_the_store_as_it_was(scene: Scene, lines: list[str]):
    scene.peer(answers=False, heard_ago=7.0)
    scene.kept.clear()
    text = "".join(f"{line}\r\n" for line in ["Subject: x", "", *lines])
    assert scene.send(text.encode())[0] == 250
    head, _, rest = scene.kept[0].partition(b"\r\n")
    assert head.startswith(b"X-Delivery-Id: ")
    assert rest == text.encode()


@pytest.mark.parametrize(
    ("caught_up", "owed", "there", "expected"),
    [
        pytest.param(False, False, {"serves": True}, True, id="after a start, with the other building serving"),
        pytest.param(False, False, {"serves": False}, False, id="after a start, with nobody who gives copies"),
        pytest.param(True, False, {"serves": True, "caught_up": True}, False, id="nothing owed"),
        pytest.param(True, True, {"serves": True, "caught_up": False}, False, id="the other one asks first"),
        pytest.param(True, True, {"serves": True, "caught_up": True}, True, id="the other one has asked"),
    ],
)
def test_mailboxes_catch_up_when_somebody_has_something_for_them(
    scene: Scene, caught_up: bool, owed: bool, there: dict[str, bool], expected: bool
):
    state = mail.State(mail.Peer(0.0, answers=True, **there), store_ok=True, caught_up=caught_up, owed=owed)
    assert mail.may_catch_up(scene.config, state) is expected
    state.store_ok = False
    assert mail.may_catch_up(scene.config, state) is False
    state.store_ok, state.catching_up = True, True
    assert mail.may_catch_up(scene.config, state) is False


def test_a_check_that_does_not_end_says_that_nothing_serves(scene: Scene):
    state = mail.State(mail.Peer(0.0), store_ok=True, store_message="fine", checked=1000.0)
    assert mail.serves(scene.config, state, 1020.0) == (True, "fine")
    assert mail.serves(scene.config, state, 1022.0)[0] is False
