#!/usr/bin/python3
"""Delivers the mail of this host so that a message is in both buildings before its queue lets go of it.

    mroom-mail CONFIG.json

Postfix hands each message over by LMTP (RFC 2033). It goes into the mailbox here, and then the mailbox is synchronised
with the other building's (Dovecot's dsync). Only then is the message answered with 250 and leaves the queue. While the
other building is reachable and the copy fails, the answer is 451: the message is readable here and stays in the queue.
While the other building is silent, the mailbox here is enough, and the copy is owed until it is back.

A message is delivered at least once: what was delivered here and answered with 451 is known again by the digest of its
text (the queue's id stands in its Received line), and is not delivered twice when it is tried again.

Over HTTP it says whether mail serves here (`/healthz`, for the announcer) and how it is (`/`, for the other building).
After a start of the host it serves only when the mailboxes have caught up with the other building's, if that is there.
"""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import os
import smtplib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

OK, RETRY = 250, 451
SYNC = ("sync", "-d", "-f", "-l", "10")
"""Full (-f): else two mailboxes that have each got one message of their own look the same, and nothing is copied."""
LINE_BYTES = 2048
"""RFC 5321, 4.5.3.1, asks for 512 at least in a command."""
KEPT_SECONDS = 6 * 86400.0
"""How long a delivery is known: a day more than Postfix keeps a message (maximal_queue_lifetime, 5 days)."""
PURGE_SECONDS = 3600.0
STORE_SECONDS = 20.0
"""For the store; with a search and a copy after it less than Postfix waits (lmtp_data_done_timeout, 90 s)."""


@dataclass(frozen=True)
class Config:
    """The file that the role writes; durations in seconds."""

    peer: str | None
    """Address of the other building's member; None when there is none."""
    marks: str
    """Folder in which begun deliveries are remembered."""
    caught_up: str
    """A file that is gone after a start of the host."""
    store: str
    """Socket of Dovecot's LMTP server."""
    lmtp_port: int
    http_port: int
    check_seconds: float
    answer_seconds: float
    """How long a server may take to greet."""
    silent_seconds: float
    """After so long without an answer the other building counts as gone."""
    copy_seconds: float
    """How long one copy may take."""
    catch_up_seconds: float
    """How long a start waits at most for copies from a building that answers and does not give them."""


@dataclass
class Peer:
    """What is known of the other building."""

    heard: float
    """When it last answered (CLOCK_MONOTONIC)."""
    answers: bool = False
    refuses: bool = False
    """The host is there, and nothing of ours runs on it."""
    serves: bool = False
    caught_up: bool = False

    def silent(self, now: float, config: Config) -> bool:
        return not self.answers and now - self.heard >= config.silent_seconds


@dataclass
class State:
    """Shared by all threads. Deliveries only ever set `owed`; all else is written by one thread."""

    peer: Peer
    store_message: str = "not checked yet"
    store_ok: bool = False
    checked: float = 0.0
    caught_up: bool = False
    owed: bool = False
    """Something was delivered here without its copy."""
    catching_up: bool = False


def log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def deliver(config: Config, state: State, sender: str, recipient: str, message: bytes) -> tuple[int, str]:
    """Into the mailbox here and in the other building: the answer to Postfix."""
    digest = hashlib.sha256(recipient.encode() + b"\0" + message).hexdigest()
    mark = Path(config.marks) / digest
    code, text = into_store(config, mark, sender, recipient, message)
    if code == OK:
        code, text = copied(config, state, recipient.partition("@")[0].lower())
    if code == OK:
        mark.unlink(missing_ok=True)
    return code, text


def into_store(config: Config, mark: Path, sender: str, recipient: str, message: bytes) -> tuple[int, str]:
    """Into the mailbox here, unless it is there already.

    Postfix took the message for a mailbox that it knows: whatever the store has against it is ours to mend, so the
    queue keeps it.
    """
    known = mark.read_text(encoding="ascii") if mark.exists() else ""
    if known == "done" or (known == "begun" and in_mailbox(recipient, mark.name)):
        return OK, "delivered before"
    write(mark, "begun")
    # Headers of ours come first, so that the message itself stays as it was signed.
    message = f"X-Delivery-Id: {mark.name}\r\n".encode() + message
    try:
        with smtplib.LMTP(config.store, timeout=STORE_SECONDS) as store:
            refused = store.sendmail(sender, [recipient], message)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except (OSError, smtplib.SMTPException) as error:
        return RETRY, f"the store does not take it: {error}"
    if refused:
        return RETRY, f"the store does not take it: {next(iter(refused.values()))}"
    write(mark, "done")
    return OK, "delivered"


def in_mailbox(recipient: str, digest: str) -> bool:
    """Whether a delivery that was cut off had reached the mailbox."""
    words = ["search", "-u", recipient.partition("@")[0], "mailbox", "*", "header", "X-Delivery-Id", digest]
    done = doveadm(words, 10.0)
    if done.returncode != 0:
        raise OSError(f"what is in the mailbox is not known: {last(done)}")
    return bool(done.stdout.strip())


def copied(config: Config, state: State, user: str) -> tuple[int, str]:
    """Bring the mailbox to the other building, or say that it is owed, or that the queue must keep the message."""
    if config.peer is None:
        return OK, "delivered; there is no other building"
    if state.peer.silent(time.monotonic(), config):
        state.owed = True
        return OK, "delivered here; the other building is silent and gets it later"
    if state.peer.answers and not state.peer.serves:
        return RETRY, "delivered here; the other building takes no copies at the moment"
    done = doveadm([*SYNC, "-m", "INBOX", "-u", user], config.copy_seconds)
    if done.returncode != 0:
        return RETRY, f"delivered here; the copy failed: {last(done)}"
    return OK, "delivered in both buildings"


def write(path: Path, text: str) -> None:
    """On the disk before this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def doveadm(words: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
    argv, nothing = ["/usr/bin/doveadm", *words], subprocess.DEVNULL
    try:
        return subprocess.run(argv, stdin=nothing, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 1, "", f"no end within {seconds:g} s")


def last(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr or done.stdout).strip().rpartition("\n")[2][:200] or f"exit {done.returncode}"


class Lmtp(socketserver.StreamRequestHandler):
    """One connection of Postfix: LMTP (RFC 2033) as far as Postfix speaks it, one recipient for each message."""

    config: Config
    state: State
    timeout = 300
    sender: str | None = None
    recipient: str | None = None

    def handle(self) -> None:
        self.say(220, "mroom-mail")
        while line := self.rfile.readline(LINE_BYTES):
            verb, _, rest = line.decode(errors="replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self.say(221, "bye")
                return
            self.answer(verb.upper(), rest)

    def forget(self) -> None:
        self.sender = self.recipient = None

    def answer(self, verb: str, rest: str) -> None:
        if verb == "LHLO":
            self.wfile.write(b"250-mroom-mail\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
        elif verb == "MAIL":
            self.forget()
            self.sender = path_in(rest)
            self.say(OK, "sender taken")
        elif verb == "RCPT" and self.sender is not None and self.recipient is None:
            self.recipient = path_in(rest)
            self.say(OK, "recipient taken")
        elif verb == "RCPT":
            self.say(452, "one recipient at a time")
        elif verb == "DATA" and self.sender is not None and self.recipient:
            self.data(self.sender, self.recipient)
        elif verb in ("RSET", "NOOP"):
            self.forget()
            self.say(OK, "fine")
        else:
            self.say(503, "not now, or unknown")

    def data(self, sender: str, recipient: str) -> None:
        self.say(354, "end with a dot")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line[1:] if line.startswith(b".") else line)
        try:
            code, text = deliver(self.config, self.state, sender, recipient, b"".join(lines))
        except OSError as error:
            code, text = RETRY, f"not delivered: {error}"
        self.forget()
        self.say(code, text)

    def say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {' '.join(text.split())}\r\n".encode())


def path_in(rest: str) -> str:
    """The address in `FROM:<…>` or `TO:<…>`."""
    return rest.partition("<")[2].partition(">")[0]


class Health(http.server.BaseHTTPRequestHandler):
    """`/healthz`: 200 while mail serves here. `/`: how it is, as JSON."""

    config: Config
    state: State
    timeout = 5

    def do_GET(self) -> None:
        serving, message = serves(self.config, self.state, time.monotonic())
        caught_up = self.state.caught_up
        if self.path == "/healthz":
            self.send(200 if serving and caught_up else 503, message if caught_up else "not caught up yet")
        else:
            told = {"serves": serving, "caught_up": caught_up, "owed": self.state.owed, "message": message}
            self.send(200, json.dumps(told))

    def send(self, code: int, text: str) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode() + b"\n")

    def log_message(self, format: str, *args: object) -> None:
        """Not a line for each look."""


def serves(config: Config, state: State, now: float) -> tuple[bool, str]:
    """What the last check found; a check that did not come to its end says that nothing serves."""
    if now - state.checked > 3 * (config.check_seconds + 2 * config.answer_seconds):
        return False, "the check does not come to its end"
    return state.store_ok, state.store_message


def greeted(port: int, wanted: bytes, goodbye: bytes, seconds: float) -> str | None:
    """None when a server on this host greets as it should, else what it does."""
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as one:
            one.settimeout(seconds)
            greeting = one.recv(512)
            one.sendall(goodbye)
    except OSError as error:
        return f"port {port}: {error}"
    return None if greeting.startswith(wanted) else f"port {port} says {greeting[:80]!r}"


def look_here(config: Config) -> tuple[bool, str]:
    talks = ((25, b"220 ", b"QUIT\r\n"), (143, b"* OK", b"a LOGOUT\r\n"))
    wrong = [what for talk in talks if (what := greeted(*talk, config.answer_seconds))]
    return not wrong, "; ".join(wrong) or "SMTP and IMAP greet"


def look_there(config: Config, address: str, peer: Peer) -> None:
    """Ask the other building how it is."""
    peer.refuses = False
    connection = http.client.HTTPConnection(address, config.http_port, timeout=config.answer_seconds)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        told = json.loads(connection.getresponse().read())
        answers, peer.serves, peer.caught_up = True, bool(told["serves"]), bool(told["caught_up"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        answers = peer.serves = peer.caught_up = False
        peer.refuses = isinstance(error, ConnectionRefusedError)
    if answers:
        peer.heard = time.monotonic()
    peer.answers = answers


def may_catch_up(config: Config, state: State) -> bool:
    """Whether now is the time to synchronise everything: once after a start, and when copies are owed.

    A building that has just come back asks first; the one that owes waits until it has, so that they do not wait for
    each other's locks.
    """
    if config.peer is None or state.catching_up or not (state.peer.serves and state.store_ok):
        return False
    return not state.caught_up or (state.owed and state.peer.caught_up)


def catch_up(config: Config, state: State) -> None:
    """Synchronise every mailbox; what is delivered alone meanwhile is owed again."""
    state.owed, before = False, state.owed
    done = doveadm([*SYNC, "-A"], config.catch_up_seconds)
    if done.returncode == 0:
        log("the mailboxes are the same in both buildings")
        settled(config, state)
    else:
        state.owed = before or state.owed
        log(f"the mailboxes could not be synchronised: {last(done)}")
    state.catching_up = False


def settled(config: Config, state: State) -> None:
    state.caught_up = True
    Path(config.caught_up).touch()


def watch(config: Config, state: State) -> None:
    """The one thread that looks at this host and at the other building."""
    begun, purged = time.monotonic(), 0.0
    while True:
        now = time.monotonic()
        state.store_ok, message = look_here(config)
        if message != state.store_message:
            log(message)
        state.store_message, state.checked = message, time.monotonic()
        if config.peer:
            look_there(config, config.peer, state.peer)
        if may_catch_up(config, state):
            state.catching_up = True
            threading.Thread(target=catch_up, args=(config, state), daemon=True).start()
        alone = config.peer is None or state.peer.refuses or state.peer.silent(time.monotonic(), config)
        if not state.caught_up and (alone or now - begun > config.catch_up_seconds):
            log("nobody to catch up with" if alone else "the other building gives no copies; serving what is here")
            state.owed = config.peer is not None
            settled(config, state)
        if now - purged > PURGE_SECONDS:
            purge(Path(config.marks))
            purged = now
        time.sleep(max(0.0, now + config.check_seconds - time.monotonic()))


def purge(folder: Path) -> None:
    """Forget deliveries that the queue has given up by now."""
    for mark in folder.iterdir():
        if time.time() - mark.stat().st_mtime > KEPT_SECONDS:
            mark.unlink(missing_ok=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def main(arguments: list[str]) -> None:
    config = Config(**json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    Path(config.marks).mkdir(parents=True, exist_ok=True, mode=0o700)
    Path(config.caught_up).parent.mkdir(parents=True, exist_ok=True)
    again = Path(config.caught_up).exists()
    state = State(Peer(heard=time.monotonic()), caught_up=again, owed=again)
    for kind in (Lmtp, Health):
        kind.config, kind.state = config, state
    # The announcer asks at 127.0.0.1, the other building from afar.
    places = (("127.0.0.1", config.lmtp_port, Lmtp), ("0.0.0.0", config.http_port, Health))  # noqa: S104
    for address, port, handler in places:
        server = Server((address, port), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 60.0}, daemon=True).start()
    watch(config, state)


if __name__ == "__main__":
    main(sys.argv)
