"""The campus network's services serve when a fresh name is resolved, a lease is given and a login is accepted.

One probe: a signed update (RFC 2136, TSIG RFC 8945) writes a fresh name at the entry, the name is resolved by the other
building's server while that one answers, else at the entry; the entry, asked as a relay asks (RFC 2131), gives a lease,
which is given back; the directory at the entry accepts a login (RFC 4511 simple bind) and refuses a wrong one. The
program is whole in this file because it travels (far.py), and the servers' own health check is this very program. It
reads one configuration per line and answers each with one line. Standard library only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

DNS_PORT, UPDATE_PORT, LDAP_PORT = 53, 5300, 389
DHCP_PORT = 67
"""Servers and relays (RFC 2131)."""
ALGORITHM = "hmac-sha256"
FUDGE_SECONDS = 300
"""RFC 8945, 10: what the clocks of both sides may differ by."""
TXT, SOA, TSIG, IN, ANY = 16, 6, 250, 1, 255
QUERY, UPDATE = 0x0100, 5 << 11
"""The header's flags: a query with recursion desired (RFC 1035), an update (RFC 2136)."""
REFUSALS = {1: "format error", 2: "server failure", 3: "no such name", 5: "refused", 8: "name missing", 9: "not signed"}
DISCOVER, OFFER, REQUEST, ACK, RELEASE = 1, 2, 3, 5, 7
COOKIE = b"\x63\x82\x53\x63"
"""RFC 2131, 3."""
POINTER, END, LONG = 0xC0, 0xFF, 0x80
"""Where a name goes on elsewhere (RFC 1035, 4.1.4), where DHCP's options end, and from where a length has bytes of its
own (X.690)."""
INVALID_CREDENTIALS = 49
"""RFC 4511, appendix A."""


class Failed(Exception):
    """One sentence: what does not serve."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """Look once at names, leases and logins.

    `config`: address (the entry), members (host -> address), domain, timeout_seconds, login (a DN), secrets
    {dns-update, probe-login}, leases (False: not asked for, since a server cannot be its own relay). The answer: ok,
    seconds, message, served_by (host id of the server at the entry).
    """
    begun, host, done = time.monotonic(), None, []
    try:
        host = served_by(config)
        done.append(names(config, host))
        if config.get("leases", True):
            done.append(lease(config))
        done.append(login(config))
    except (Failed, OSError, ValueError, IndexError, struct.error) as error:
        what = str(error) or type(error).__name__
        return {"ok": False, "seconds": time.monotonic() - begun, "message": what, "served_by": host}
    return {"ok": True, "seconds": time.monotonic() - begun, "message": ", ".join(done), "served_by": host}


# names


def served_by(config: dict[str, Any]) -> str:
    """The server that answers at the entry, by its own word. Raises Failed."""
    said = resolve(config, config["address"], f"served-by.{config['domain']}")
    if said not in config["members"]:
        raise Failed(f"names: served-by.{config['domain']} is {said!r}, expected one of {', '.join(config['members'])}")
    return str(said)


def names(config: dict[str, Any], host: str) -> str:
    """Write a fresh name, and resolve it in the other building."""
    zone = f"{host}.dyn.{config['domain']}"
    token = secrets.token_hex(8)
    name = f"probe-{token}.{zone}"
    update(config, zone, name, token)
    try:
        alone = len(config["members"]) == 1
        way = f"at {host}" if alone else f"at {host}: the other building does not answer"
        for other, address in config["members"].items():
            if other != host and answers(config, address):
                found = waited(config, address, name, token)
                way = f"through {other}"
                break
        else:
            found = waited(config, config["address"], name, token)
    finally:
        update(config, zone, name, None)
    if found != token:
        raise Failed(f"names: {name} is {found!r} {way}, expected {token!r}")
    return f"a fresh name was resolved {way}"


def answers(config: dict[str, Any], address: str) -> bool:
    try:
        return bool(resolve(config, address, f"served-by.{config['domain']}"))
    except (Failed, OSError):
        return False


def waited(config: dict[str, Any], address: str, name: str, token: str) -> str | None:
    """The name's text, asked for until it is there: a transfer between the buildings takes some milliseconds."""
    deadline = time.monotonic() + config["timeout_seconds"]
    while True:
        found = resolve(config, address, name)
        if found == token or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def resolve(config: dict[str, Any], address: str, name: str) -> str | None:
    """The TXT of a name, None when there is none. Raises Failed when the server does not say."""
    number = secrets.randbits(16)
    question = struct.pack("!6H", number, QUERY, 1, 0, 0, 0) + packed(name) + struct.pack("!2H", TXT, IN)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(config["timeout_seconds"])
        one.connect((address, DNS_PORT))
        one.send(question)
        try:
            answer = one.recv(4096)
            while struct.unpack_from("!H", answer)[0] != number:
                answer = one.recv(4096)
        except TimeoutError:
            raise Failed(f"names: {address} does not answer") from None
        except ConnectionRefusedError:
            raise Failed(f"names: nothing listens at {address}") from None
    code = struct.unpack_from("!H", answer, 2)[0] & 0xF
    if code not in (0, 3):
        raise Failed(f"names: {address} says {REFUSALS.get(code, code)} to {name}")
    return text_in(answer, len(question))


def text_in(answer: bytes, at: int) -> str | None:
    """The first TXT of an answer's records."""
    for _ in range(struct.unpack_from("!H", answer, 6)[0]):
        while answer[at] and answer[at] < POINTER:
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        kind, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if kind == TXT:
            return answer[at + 1 : at + 1 + answer[at]].decode("ascii", errors="replace")
        at += length
    return None


def update(config: dict[str, Any], zone: str, name: str, text: str | None) -> None:
    """Write the name's TXT at the entry, or (None) take it away. Raises Failed."""
    if text is None:
        record = packed(name) + struct.pack("!HHIH", TXT, ANY, 0, 0)
    else:
        data = bytes([len(text)]) + text.encode("ascii")
        record = packed(name) + struct.pack("!HHIH", TXT, IN, 0, len(data)) + data
    number = secrets.randbits(16)
    head = struct.pack("!6H", number, UPDATE, 1, 0, 1, 0)
    message = signed(head + packed(zone) + struct.pack("!2H", SOA, IN) + record, config["secrets"]["dns-update"])
    with socket.create_connection((config["address"], UPDATE_PORT), config["timeout_seconds"]) as one:
        one.sendall(struct.pack("!H", len(message)) + message)
        answer = whole(one, struct.unpack("!H", whole(one, 2))[0])
    code = struct.unpack_from("!H", answer, 2)[0] & 0xF
    if code:
        raise Failed(f"names: the update of {zone} was answered with {REFUSALS.get(code, code)}")


def signed(message: bytes, key: str, name: str = "dns-update") -> bytes:
    """A message with its TSIG (RFC 8945, 4.2 and 4.3.3); `key` is the secret itself, not base64."""
    when = struct.pack("!HIH", int(time.time()) >> 32, int(time.time()) & 0xFFFFFFFF, FUDGE_SECONDS)
    variables = packed(name) + struct.pack("!HI", ANY, 0) + packed(ALGORITHM) + when + struct.pack("!2H", 0, 0)
    digest = hmac.new(key.encode(), message + variables, hashlib.sha256).digest()
    number = message[:2]
    data = packed(ALGORITHM) + when + struct.pack("!H", len(digest)) + digest + number + struct.pack("!2H", 0, 0)
    record = packed(name) + struct.pack("!HHIH", TSIG, ANY, 0, len(data)) + data
    more = struct.unpack_from("!H", message, 10)[0] + 1
    return message[:10] + struct.pack("!H", more) + message[12:] + record


def packed(name: str) -> bytes:
    """A name as labels (RFC 1035, 3.1)."""
    return b"".join(bytes([len(part)]) + part.encode("ascii") for part in name.lower().split(".")) + b"\0"


# leases


def lease(config: dict[str, Any]) -> str:
    """Get a lease for a fresh client as a relay would, and give it back. Raises Failed."""
    hardware, number = bytes([2]) + secrets.token_bytes(5), secrets.randbits(32)
    deadline = time.monotonic() + config["timeout_seconds"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect((config["address"], DHCP_PORT))
        relay = one.getsockname()[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        bound(one, relay, deadline)

        def ask(kind: int, options: bytes = b"", client: bytes = bytes(4)) -> None:
            one.sendto(dhcp(kind, number, hardware, relay, options, client), (config["address"], DHCP_PORT))

        ask(DISCOVER)
        address, server = heard(one, number, OFFER, deadline)
        ask(REQUEST, bytes([50, 4]) + address + bytes([54, 4]) + server)
        address, server = heard(one, number, ACK, deadline)
        ask(RELEASE, bytes([54, 4]) + server, address)
    return f"a lease of {socket.inet_ntoa(address)} was given"


def bound(one: socket.socket, relay: str, deadline: float) -> None:
    """Take the relay's port; another probe on this machine may have it for a moment."""
    while True:
        try:
            one.bind((relay, DHCP_PORT))
        except OSError as error:
            if time.monotonic() > deadline:
                raise Failed(f"leases: port {DHCP_PORT} of {relay} cannot be taken: {error.strerror}") from None
            time.sleep(0.05)
        else:
            return


def dhcp(kind: int, number: int, hardware: bytes, relay: str, options: bytes, client: bytes) -> bytes:
    """A message from a relay (RFC 2131, 2)."""
    head = struct.pack("!4BIHH", 1, 1, len(hardware), 1, number, 0, 0)
    places = client + bytes(8) + socket.inet_aton(relay)
    return head + places + hardware.ljust(16, b"\0") + bytes(192) + COOKIE + bytes([53, 1, kind]) + options + b"\xff"


def heard(one: socket.socket, number: int, wanted: int, deadline: float) -> tuple[bytes, bytes]:
    """The address and the server of the answer that is wanted. Raises Failed."""
    while (left := deadline - time.monotonic()) > 0:
        one.settimeout(left)
        try:
            answer = one.recv(2048)
        except TimeoutError:
            break
        options = options_of(answer)
        if struct.unpack_from("!I", answer, 4)[0] == number and options.get(53) == bytes([wanted]):
            return answer[16:20], options.get(54, bytes(4))
    raise Failed(f"leases: no {'offer' if wanted == OFFER else 'acknowledgement'} came")


def options_of(message: bytes) -> dict[int, bytes]:
    found, at = {}, 240
    while at + 1 < len(message) and message[at] != END:
        if message[at] == 0:
            at += 1
            continue
        found[message[at]] = message[at + 2 : at + 2 + message[at + 1]]
        at += 2 + message[at + 1]
    return found


# logins


def login(config: dict[str, Any]) -> str:
    """Log in with the right pass phrase, and find a wrong one refused. Raises Failed."""
    phrase = config["secrets"]["probe-login"]
    code = bind(config, config["login"], phrase)
    if code:
        raise Failed(f"logins: {config['login']} was refused with code {code}")
    if bind(config, config["login"], phrase + "x") != INVALID_CREDENTIALS:
        raise Failed("logins: a wrong pass phrase was not refused")
    return "a login was accepted"


def bind(config: dict[str, Any], name: str, phrase: str) -> int:
    """The result code of a simple bind (RFC 4511, 4.2)."""
    request = ber(0x60, ber(0x02, b"\x03") + ber(0x04, name.encode()) + ber(0x80, phrase.encode()))
    with socket.create_connection((config["address"], LDAP_PORT), config["timeout_seconds"]) as one:
        one.sendall(ber(0x30, ber(0x02, b"\x01") + request))
        head = whole(one, 2)
        size = head[1] if head[1] < LONG else int.from_bytes(whole(one, head[1] - LONG), "big")
        answer = whole(one, size)
    at = answer.index(b"\x0a\x01")
    return answer[at + 2]


def ber(tag: int, data: bytes) -> bytes:
    """A value with its tag and length (X.690); at most 65,535 bytes."""
    if len(data) < LONG:
        return bytes([tag, len(data)]) + data
    return bytes([tag, 0x82]) + struct.pack("!H", len(data)) + data


def whole(one: socket.socket, size: int) -> bytes:
    """So many bytes; raises Failed when the other side ends before."""
    data = b""
    while len(data) < size:
        piece = one.recv(size - len(data))
        if not piece:
            raise Failed("the server ended the connection")
        data += piece
    return data


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


def check(path: str) -> int:
    """The servers' own health check: the configuration stands in a file; 0 when all serves."""
    found = probe(json.loads(Path(path).read_text(encoding="utf-8")))
    sys.stdout.write(f"{found['message']}\n")
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        raise SystemExit(check(sys.argv[2]))
    main()
